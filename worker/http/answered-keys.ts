/**
 * The keys that this process has answered lately, as HMACs. Because another process may have answered a key, one that is not
 * among them may have been answered nevertheless.
 */
export interface AnsweredKeys {
  has(key: string): boolean;
  add(key: string): void;
}

/** Keys of the younger half. Of both, some 1 MB, the older half is forgotten once the younger is full. */
const most_younger = 5_000;

/** Keeps the keys that were answered lately. */
export function keepAnsweredKeys(): AnsweredKeys {
  let younger = new Set<string>();
  let older = new Set<string>();
  return {
    has: key => younger.has(key) || older.has(key),
    add(key) {
      // A copy, because a part of a string keeps the whole one in memory: of a page's token, the body that was sent.
      younger.add(Buffer.from(key).toString());
      if (younger.size < most_younger) return;
      older = younger;
      younger = new Set();
    },
  };
}
