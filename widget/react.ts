'use client';

/** The widget as components, for pages that are made with React. In Next's app router they are client components. */
import { createElement, type ReactElement, type ReactNode, useEffect, useLayoutEffect, useState } from 'react';
import type { Options } from './api.ts';
import { init } from './index.ts';

/** On a server, where there is no layout, React warns of layout effects. */
const useEarlyEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect;

/** Runs the widget while the component is mounted, once and anywhere on the page. Its first props hold. */
export function CookieConsent(options: Options): null {
  // Before any other component's effects, which may ask it.
  useEarlyEffect(() => init(options).remove, []);
  return null;
}

/** One of the forms. Its children, a link to the plain page, serve where scripts do not run. */
export function LeadForm(props: { form: string; children?: ReactNode }): ReactElement {
  // Once mounted, what is inside is the widget's: the first children stay, whatever is rendered later.
  const [children] = useState(props.children);
  return createElement('div', { key: props.form, 'data-lead-form': props.form }, children);
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
