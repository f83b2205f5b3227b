const gated = 'script[type="text/plain"][data-consent],[data-src][data-consent]';

/** The purposes that a gated element needs, all of them. */
export function readPurposes(element: Element): string[] {
  return element.getAttribute('data-consent')!.trim().split(/\s+/);
}

/**
 * Keeps gated scripts, frames and images shut until each one's purposes are granted.
 *
 * @param has Whether a purpose is granted now.
 */
export function createGate(has: (purpose: string) => boolean) {
  let releasing = false;

  return {
    /** Releases in document order whatever is permitted; a script from a file is awaited, as the parser would. */
    async release() {
      if (releasing) return;
      releasing = true;
      for (let next = find(); next; next = find()) await releaseElement(next);
      releasing = false;
    },
  };

  function find(): Element | undefined {
    return [...document.querySelectorAll(gated)].find(element => readPurposes(element).every(has));
  }
}

async function releaseElement(element: Element) {
  const source = element.getAttribute('data-src');
  element.removeAttribute('data-src');
  try {
    if (element instanceof HTMLScriptElement) await runScript(element, source);
    else element.setAttribute('src', source!);
  } catch {
    // Trusted Types refuse to set a script's src. There, write `src` beside type="text/plain" instead of `data-src`.
  }
}

/** Runs the element itself, put in its place again: Trusted Types refuse a copy. */
function runScript(script: HTMLScriptElement, source: string | null): Promise<unknown> | undefined {
  const isAwaited = !script.hasAttribute('async');
  script.removeAttribute('type');
  if (source !== null) script.src = source;
  const settled =
    isAwaited &&
    script.src &&
    new Promise(resolve => {
      script.addEventListener('load', resolve, { once: true });
      script.addEventListener('error', resolve, { once: true });
    });
  script.parentNode?.insertBefore(script, script.nextSibling);
  return settled || undefined;
}
