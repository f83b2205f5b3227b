/** The widget as components, for pages that are made with Preact. */
import { type ComponentChildren, h, type VNode } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { Options } from './api.ts';
import { init } from './index.ts';

/** Runs the widget while the component is mounted, once and anywhere on the page. Its first props hold. */
export function CookieConsent(options: Options): null {
  // Before any other component's effects, which may ask it.
  useLayoutEffect(() => init(options).remove, []);
  return null;
}

/** One of the forms. Its children, a link to the plain page, serve where scripts do not run. */
export function LeadForm(props: { form: string; children?: ComponentChildren }): VNode {
  // Once mounted, what is inside is the widget's: the first children stay, whatever is rendered later.
  const [children] = useState(props.children);
  return h('div', { key: props.form, 'data-lead-form': props.form }, children) as VNode;
}

/** Whether a purpose, like `analytics`, may be pursued now; the component is rendered anew when that changes. */
export function usePurpose(purpose: string): boolean {
  const [isGranted, setGranted] = useState(false);
  useEffect(() => {
    const update = () => setGranted(!!window.leadConsent?.has(purpose));
    const widget = window.leadConsent;
    widget?.ready.then(update);
    return widget?.onChange(update);
  }, [purpose]);
  return isGranted;
}
