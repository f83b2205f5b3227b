import { h, render } from 'preact';
import type { Handed } from './handed.ts';
import { inTime } from './patience.ts';
import { quietly } from './quietly.ts';
import { isTemporary } from './server.ts';
import { chooseTexts, fillText, joinNames } from './texts.ts';
import { LinkAway } from './ui/link-away.tsx';
import { createRoot, putBesideBody } from './ui/root.ts';

/** The modules that are loaded on first use, from wherever this copy of the widget lives. */
export interface Chunks {
  loadPreferences(): Promise<typeof import('./ui/preferences.tsx')>;
  loadLeadForm(): Promise<typeof import('./form/form.tsx')>;
}

/** The hashed file of each chunk, filled in by build.ts. */
declare const CHUNK_FILES: Record<Name, string>;

const own: Handed = [
  h,
  render,
  LinkAway,
  isTemporary,
  quietly,
  createRoot,
  putBesideBody,
  chooseTexts,
  fillText,
  joinNames,
];

type Name = 'preferences' | 'lead-form';
type Chunk<T> = T & { hand(own: Handed): void };

/** Loads the chunks that stand beside the script, and hands them what they have in common. */
export function createChunks(host: string): Chunks {
  /** The number in each chunk's address: of the one that has come, or of the next one to ask for. The first has none. */
  const numbers: Partial<Record<Name, number>> = {};
  return {
    loadPreferences: () => load('preferences'),
    loadLeadForm: () => load('lead-form'),
  };

  /**
   * Asks once more for a chunk that has failed or is stuck, under another address, because browsers remember the failure
   * of the first one. Whichever comes first is taken, also where both are slow.
   */
  async function load<T>(name: Name): Promise<T> {
    const number = numbers[name] ?? 0;
    const first = ask<T>(name, number);
    const chunk = await inTime(first).catch(() => undefined);
    if (chunk) return chunk;
    numbers[name] = number + 2;
    return Promise.any([first, ask<T>(name, number + 1)]);
  }

  async function ask<T>(name: Name, number: number): Promise<T> {
    const chunk: Chunk<T> = await import(`${host}/${CHUNK_FILES[name]}${number ? `?${number}` : ''}`);
    chunk.hand(own);
    numbers[name] = number;
    return chunk;
  }
}
