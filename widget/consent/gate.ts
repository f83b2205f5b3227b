import { inTime } from '../patience.ts';
import { runScript } from './scripts.ts';

const gated = '[data-consent-src][data-consent],[data-src][data-consent],script[type="text/plain"][data-consent]';

/** Frames that may be held back. */
export const gated_frames = 'iframe[data-consent-src][data-consent],iframe[data-src][data-consent]';

/** Returns the purposes that a gated element needs, all of them. */
export function readPurposes(element: Element): string[] {
  return element.getAttribute('data-consent')!.trim().split(/\s+/);
}

interface Options {
  /** Reads the present choice, which another window may have changed. */
  refresh(): void;
  /** Whether a purpose is granted now. */
  has(purpose: string): boolean;
}

/** Keeps gated scripts, frames and images shut until each one's purposes are granted. */
export function createGate({ refresh, has }: Options) {
  /** The scripts that have been released. Because none is released twice, none can hold up the rest for ever. */
  const released = new WeakSet<Element>();
  let isRunning = false;

  return {
    /** Releases whatever is permitted: frames and images at once, scripts in document order, one after another. */
    release() {
      const waiting = find();
      if (!waiting.length) return;
      refresh();
      for (const element of waiting)
        if (!isScript(element) && isPermitted(element)) element.setAttribute('src', takeSource(element)!);
      if (!isRunning) run();
    },
  };

  async function run() {
    isRunning = true;
    for (let next = findScript(); next; next = findScript()) {
      released.add(next);
      const source = takeSource(next);
      await inTime(runScript(next, source));
      refresh();
    }
    isRunning = false;
  }

  function find(): Element[] {
    return [...document.querySelectorAll(gated)].filter(element => !released.has(element));
  }

  function findScript() {
    return find().find(element => isScript(element) && isPermitted(element)) as HTMLScriptElement | undefined;
  }

  function isPermitted(element: Element): boolean {
    return readPurposes(element).every(has);
  }
}

/** In HTML and in SVG. */
function isScript(element: Element): boolean {
  return element.localName === 'script';
}

function takeSource(element: Element): string | null {
  const source = element.getAttribute('data-consent-src') ?? element.getAttribute('data-src');
  element.removeAttribute('data-consent-src');
  element.removeAttribute('data-src');
  return source;
}
