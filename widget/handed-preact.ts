/**
 * Preact as the script's chunks import it. The script hands over its own, because a second copy would be four kilobytes.
 *
 * build.ts puts this module in the place of `preact` in every chunk.
 */
import type * as preact from 'preact';

export type Preact = Pick<typeof preact, 'h' | 'render'>;

export let h: Preact['h'];
export let render: Preact['render'];

export function hand(own: Preact) {
  ({ h, render } = own);
}
