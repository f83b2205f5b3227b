type Value = string | boolean | undefined | ((event: Event) => void);
type Child = Node | string | false | undefined | Child[];

/**
 * What the widget's JSX becomes: a real element, made once. A framework would weigh more than banner and preferences together.
 *
 * @param props Attributes, where `true` is an empty one and `undefined` none; functions listen, as in `onClick`.
 */
export function h(tag: string, props: Record<string, Value> | null, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {}))
    if (typeof value === 'function') element.addEventListener(name.slice(2).toLowerCase(), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  element.append(...(children.flat(9).filter(Boolean) as (Node | string)[]));
  return element;
}

export declare namespace h {
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
