import { type ComponentChildren, h } from 'preact';

/** A link that leaves what was typed or chosen where it is. */
export function LinkAway({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a class="lc-link" href={href} target="_blank" rel="noopener">
      {children}
    </a>
  );
}
