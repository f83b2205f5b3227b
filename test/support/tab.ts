/** A page of any engine, as far as each driver can be asked: Playwright, Puppeteer, and the bare WebDriver protocol. */
export interface Tab {
  goto(url: string): Promise<unknown>;
  /** Evaluates an expression in the page; its value must be JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** Presses the main button of the mouse at a point of the viewport. */
  press(x: number, y: number): Promise<unknown>;
  /** Types into what has the focus. */
  type(text: string): Promise<unknown>;
}

/** An engine that runs, with a new visitor's tab. */
export interface Engine {
  name: string;
  tab: Tab;
  close(): Promise<unknown>;
}

const patience_ms = 20_000;

/** Waits until an expression is true in the page. Because a page on its way to another one can't be asked, errors count as false. */
export async function until(tab: Tab, expression: string): Promise<void> {
  const begun = performance.now();
  let last: unknown;
  while (performance.now() - begun < patience_ms) {
    last = await tab.evaluate(`!!(${expression})`).catch(error => error);
    if (last === true) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`not true within ${patience_ms / 1000} s: ${expression} (${last})`);
}

/** Presses an element with the mouse, once it is there, rests, and nothing else is in front of it. */
export async function press(tab: Tab, selector: string): Promise<void> {
  const element = `document.querySelector(${JSON.stringify(selector)})`;
  await until(tab, element);
  let last: unknown;
  await until({ ...tab, evaluate: canPress }, `${selector} can be pressed`);
  const [x, y] = String(last).split(' ').map(Number);
  await tab.press(x!, y!);

  /** Scrolls to the element where it rests and can't be reached, since what comes into the page moves it away again. */
  async function canPress() {
    const before = last;
    last = await tab.evaluate(`(${findMiddle})(${element})`);
    if (last !== before) return false;
    if (String(last).endsWith('in front')) return true;
    await tab.evaluate(`void ${element}.scrollIntoView({ block: 'center' })`);
    return false;
  }
}

/** Finds the middle of an element, in the page, and whether the element is in front there. */
const findMiddle = `element => {
  const box = element.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const front = document.elementFromPoint(x, y);
  return x + ' ' + y + (front && element.contains(front) ? ' in front' : '');
}`;

/** Writes into a field as a person does: presses it, then types. */
export async function fillIn(tab: Tab, fields: Record<string, string>, within = ''): Promise<void> {
  for (const [name, value] of Object.entries(fields)) {
    const selector = `${within} [name=${name}]`;
    await press(tab, selector);
    await until(tab, `document.activeElement === document.querySelector(${JSON.stringify(selector)})`);
    await tab.type(value);
    await until(tab, `document.querySelector(${JSON.stringify(selector)}).value === ${JSON.stringify(value)}`);
  }
}
