import { h, render } from 'preact';
import type { Handed } from './handed.ts';
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
  const failures: Partial<Record<Name, number>> = {};
  return {
    loadPreferences: () => load('preferences'),
    loadLeadForm: () => load('lead-form'),
  };

  /** A chunk that has failed is asked for under another address, because browsers remember the failure of the first one. */
  async function load<T>(name: Name, isLast = false): Promise<T> {
    const failed = failures[name];
    try {
      const module: Chunk<T> = await import(`${host}/${CHUNK_FILES[name]}${failed ? `?${failed}` : ''}`);
      module.hand(own);
      return module;
    } catch (error) {
      failures[name] = (failed ?? 0) + 1;
      if (isLast) throw error;
      return load(name, true);
    }
  }
}
