interface TrustedTypes {
  createPolicy(name: string, rules: Record<string, (text: string) => string>): Policy;
}

interface Policy {
  createScript(text: string): string;
  createScriptURL(url: string): string;
}

/**
 * Runs a script that has been kept from running, once: the element itself, put in its place again, or a copy where browsers never run it.
 *
 * @returns Settles when the next script may run.
 */
export function runScript(script: HTMLScriptElement, source: string | null): Promise<unknown> | undefined {
  let runs: HTMLScriptElement;
  try {
    runs = isDead(script) ? copyScript(script) : script;
    if (source !== null) runs.setAttribute('src', trust().createScriptURL(source));
  } catch {
    console.warn('lead-consent: Trusted Types keep a gated script from running', script);
    return;
  }
  const type = script.getAttribute('data-type');
  if (type) runs.setAttribute('type', type);
  else runs.removeAttribute('type');
  const isInline = !runs.hasAttribute('src') && !runs.hasAttribute('href');
  const settled =
    !isInline &&
    !runs.hasAttribute('async') &&
    !runs.noModule &&
    new Promise(resolve => {
      runs.addEventListener('load', resolve, { once: true });
      runs.addEventListener('error', resolve, { once: true });
    });
  const { parentNode, nextSibling } = script;
  const put = () => {
    script.remove();
    parentNode?.insertBefore(runs, nextSibling);
  };
  if (isInline) catchWrites(runs, put);
  else put();
  return settled || undefined;
}

/**
 * Tells whether browsers would never run a script, because it came as markup (`innerHTML`).
 *
 * What the parser or `createElement` made loads asynchronously unless it is told otherwise, and says so in `async`.
 *
 * @see https://html.spec.whatwg.org/multipage/scripting.html#script-force-async
 */
function isDead(script: HTMLScriptElement): boolean {
  return !script.async;
}

function copyScript(script: HTMLScriptElement): HTMLScriptElement {
  const copy = document.createElementNS(script.namespaceURI, script.localName) as HTMLScriptElement;
  for (const { name, value } of script.attributes)
    copy.setAttribute(name, name === 'src' ? trust().createScriptURL(value) : value);
  if (script.textContent) copy.textContent = trust().createScript(script.textContent);
  copy.nonce = script.nonce;
  return copy;
}

/** Returns the page's permission to make scripts, where it needs one. */
function trust(): Policy {
  const same = (text: string) => text;
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  try {
    made ??= trustedTypes?.createPolicy('lead-consent', { createScript: same, createScriptURL: same });
  } catch {
    // The page allows no such policy, or another copy of the widget has it.
  }
  return made ?? { createScript: same, createScriptURL: same };
}

let made: Policy | undefined;

/** Puts what an inline script writes after it. Because the page has been parsed, `document.write` would erase it. */
function catchWrites(script: Element, run: () => void) {
  let last: Node = script;
  const write = (...texts: string[]) => {
    try {
      const written = document.createRange().createContextualFragment(texts.join(''));
      const end = written.lastChild;
      last.parentNode!.insertBefore(written, last.nextSibling);
      last = end ?? last;
    } catch {
      console.warn('lead-consent: what a gated script writes into the page is dropped');
    }
  };
  Object.assign(document, { write, writeln: write });
  try {
    run();
  } finally {
    for (const name of ['write', 'writeln']) Reflect.deleteProperty(document, name);
  }
}
