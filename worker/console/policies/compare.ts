import type { Purpose } from '../../../db/policies/policy.ts';

/** A run of paragraphs: in both versions, only in the new one, or only in the old one. */
export interface Run {
  is: 'kept' | 'added' | 'removed';
  paragraphs: string[];
}

/**
 * Pairs of paragraphs that are compared to align two texts. Because the time grows with them, two long texts with
 * little in common are compared as sets.
 */
const most_pairs = 1_000_000;

/** Compares two lists of paragraphs: a longest common subsequence is kept, the rest is removed or added. */
export function compareParagraphs(before: string[], after: string[]): Run[] {
  let head = 0;
  while (head < Math.min(before.length, after.length) && before[head] === after[head]) head++;
  let tail = 0;
  const most_tail = Math.min(before.length, after.length) - head;
  while (tail < most_tail && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const [old, fresh] = [before, after].map(list => list.slice(head, list.length - tail)) as [string[], string[]];
  const steps: [is: Run['is'], paragraph: string][] = [
    ...before.slice(0, head).map(one => ['kept', one] as [Run['is'], string]),
    ...(old.length * fresh.length > most_pairs ? compareSets(old, fresh) : align(old, fresh)),
    ...after.slice(after.length - tail).map(one => ['kept', one] as [Run['is'], string]),
  ];
  const runs: Run[] = [];
  for (const [is, paragraph] of steps) {
    const last = runs.at(-1);
    if (last?.is === is) last.paragraphs.push(paragraph);
    else runs.push({ is, paragraphs: [paragraph] });
  }
  return runs;
}

/** Aligns two lists by the lengths of the longest common subsequences of their ends. */
function align(old: string[], fresh: string[]): [Run['is'], string][] {
  const width = fresh.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j]!;
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = fresh.length - 1; j >= 0; j--)
      lengths[i * width + j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const steps: [Run['is'], string][] = [];
  for (let i = 0, j = 0; i < old.length || j < fresh.length; ) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      steps.push(['kept', fresh[j]!]);
      i++;
      j++;
    } else if (i < old.length && (j === fresh.length || at(i + 1, j) >= at(i, j + 1)))
      steps.push(['removed', old[i++]!]);
    else steps.push(['added', fresh[j++]!]);
  }
  return steps;
}

function compareSets(old: string[], fresh: string[]): [Run['is'], string][] {
  const [had, has] = [new Set(old), new Set(fresh)];
  return [
    ...old.filter(one => !has.has(one)).map(one => ['removed', one] as [Run['is'], string]),
    ...fresh.map(one => [had.has(one) ? 'kept' : 'added', one] as [Run['is'], string]),
  ];
}

/**
 * Reads the paragraphs of a rendered policy: headings, paragraphs, entries of lists and rows of tables as plain text,
 * and each link with its address, because the Markdown of a published version is not stored.
 */
export function readParagraphs(html: string): string[] {
  const [, main = html] = /<main>([\s\S]*)<\/main>/.exec(html) ?? [];
  return main
    .replace(/<a href="([^"]*)"[^>]*>([^<]*)/g, '$2 ($1) ')
    .replace(/<\/t[hd]>/g, ' | ')
    .replace(/<\/?(?:p|h\d|li|tr|ul|ol|pre|blockquote|hr|br|div|table|title)\b[^>]*>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => signs[name]!)
    .split('\n')
    .map(line => line.replace(/\s+/g, ' ').trim())
    .filter(Boolean);
}

const signs: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Writes what the widget shows of a purpose, a line for itself and one for each thing that it stores. */
export function writePurposes(purposes: Purpose[]): string[] {
  return purposes.flatMap(({ id, name, description, cookies }) => [
    `${id} · ${name} · ${description}`,
    ...cookies.map(one => `${id} · ${one.name} · ${one.provider} · ${one.lifetime} · ${one.purpose}`),
  ]);
}
