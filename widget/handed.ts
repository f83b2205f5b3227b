/**
 * What the script has already, as its chunks import it: Preact, because a second copy would be four kilobytes, and the
 * small functions that both need.
 *
 * build.ts puts this module in the place of theirs in every chunk.
 */
import type * as preact from 'preact';
import type * as quiet from './quietly.ts';
import type * as server from './server.ts';
import type * as texts from './texts.ts';
import type * as link from './ui/link-away.tsx';
import type * as root from './ui/root.ts';

export let h: typeof preact.h;
export let render: typeof preact.render;
export let LinkAway: typeof link.LinkAway;
export let isTemporary: typeof server.isTemporary;
export let quietly: typeof quiet.quietly;
export let createRoot: typeof root.createRoot;
export let putBesideBody: typeof root.putBesideBody;
export let chooseTexts: typeof texts.chooseTexts;
export let fillText: typeof texts.fillText;
export let joinNames: typeof texts.joinNames;

/** In the order above, because names would be bytes. */
export type Handed = [
  h: typeof h,
  render: typeof render,
  LinkAway: typeof LinkAway,
  isTemporary: typeof isTemporary,
  quietly: typeof quietly,
  createRoot: typeof createRoot,
  putBesideBody: typeof putBesideBody,
  chooseTexts: typeof chooseTexts,
  fillText: typeof fillText,
  joinNames: typeof joinNames,
];

export function hand(own: Handed) {
  [h, render, LinkAway, isTemporary, quietly, createRoot, putBesideBody, chooseTexts, fillText, joinNames] = own;
}
