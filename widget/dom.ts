type Value = string | number | boolean | undefined | ((event: Event) => void);
type Child = Node | string | false | undefined | Child[];

declare global {
  namespace JSX {
    type Element = HTMLElement;
    interface IntrinsicElements {
      [tag: string]: { [name: string]: Value | Child };
    }
    interface ElementChildrenAttribute {
      children: unknown;
    }
  }
}

/**
 * What JSX becomes here: a real element, made once. Whatever changes later is changed where it is.
 *
 * @param props Attributes, where `true` is an empty one and `undefined` none; functions listen, as in `onClick`.
 */
export function h(tag: string, props: Record<string, Value> | null, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) setProperty(element, name, value);
  element.append(...(children.flat(9).filter(Boolean) as (Node | string)[]));
  return element;
}

/** Sets an attribute or a listener; `undefined` and `false` take the attribute away. */
export function setProperty(element: Element, name: string, value: Value) {
  if (typeof value === 'function') element.addEventListener(name.slice(2).toLowerCase(), value);
  else if (value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : `${value}`);
}
