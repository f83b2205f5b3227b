import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Stryker } from '@stryker-mutator/core';
import { reasons } from './reasons.ts';

/** Least score of a subject, in hundredths. */
export const least_score = 90;

/** Characters of its line that are shown on either side of what a mutant changes. */
const context = 40;
const longest_taken = 60;

/** What stands in the place of a reason that nobody has given. */
const no_reason = '**no reason yet**';

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

/** What became of the mutants of a file. */
export interface Outcome {
  file: string;
  killed: number;
  survivors: { line: number; mutant: string; reason: string | undefined }[];
}

/** Sums up what Stryker found, file by file. A mutant that never ends is killed; one that cannot be loaded counts as none. */
export function sumUp(results: MutantResult[]): Outcome[] {
  return [...Map.groupBy(results, ({ fileName }) => fileName)].map(([path, mutants]) => {
    const file = relative(process.cwd(), path);
    const source = readFileSync(path, 'utf8');
    const survivors = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
    return {
      file,
      killed: mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout').length,
      survivors: survivors.map(survivor => {
        const mutant = describe(source, survivor);
        return { line: survivor.location.start.line, mutant, reason: findReason(file, mutant) };
      }),
    };
  });
}

function findReason(file: string, mutant: string): string | undefined {
  return reasons[file]?.find(({ mutants }) => mutants.includes(mutant))?.reason;
}

/** Returns the share of mutants that were killed, in hundredths, rounded down to a tenth. */
export function scoreOf(outcomes: Outcome[]): number {
  const killed = outcomes.reduce((sum, one) => sum + one.killed, 0);
  const all = outcomes.reduce((sum, { survivors }) => sum + survivors.length, killed);
  return Math.floor((1_000 * killed) / all) / 10;
}

/** Describes a mutant by what it changes, with a little of the line around it: `before → after`. */
function describe(source: string, { location: { start, end }, replacement = '' }: MutantResult): string {
  const lines = source.split('\n');
  const place = ({ line, column }: typeof start) =>
    lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, column - 1);
  let [from, to] = [place(start), place(end)];
  let text = replacement;
  for (; from < to && text && text[0] === source[from]; from++) text = text.slice(1);
  for (; from < to && text && text.at(-1) === source[to - 1]; to--) text = text.slice(0, -1);
  const before = source.slice(0, from).split('\n').at(-1)!.trimStart().slice(-context);
  const after = source.slice(to).split('\n')[0]!.slice(0, context);
  const show = (changed: string) => `${before}${changed}${after}`.replace(/\s+/g, ' ');
  const taken = source.slice(from, to);
  return `${show(taken.length > longest_taken ? `${taken.slice(0, longest_taken)}…` : taken)} → ${show(text)}`;
}

/** Puts the section of a subject into a page, in the place of an earlier one. */
export function writePage(page: string, name: string, section: string): string {
  const [head, ...others] = page.split(/^(?=## )/m);
  const sections = new Map(others.map(text => [text.slice(3, text.indexOf('\n')), text]));
  return head + [...sections.set(name, section).values()].map(text => `${text.trimEnd()}\n`).join('\n');
}

/** Writes the section of one subject. */
export function writeSection(name: string, day: string, outcomes: Outcome[]): string {
  const rows = outcomes.map(outcome => {
    const { file, killed, survivors } = outcome;
    return `| [${file}](../${file}) | ${killed + survivors.length} | ${survivors.length} | ${scoreOf([outcome])} % |`;
  });
  const survived = outcomes.flatMap(({ file, survivors }) =>
    survivors.map(({ line, mutant, reason }) => `| ${file}:${line} | ${writeCode(mutant)} | ${reason ?? no_reason} |`),
  );
  const table = (head: string, lines: string[]) =>
    lines.length > 0 ? [head, head.replace(/[^|]+/g, '---'), ...lines, ''] : [];
  return [
    `## ${name}`,
    '',
    `\`npm run mutate -- ${name}\`, ${day}`,
    '',
    ...table('| file | mutants | survived | score |', rows),
    ...table('| place | survivor | why it may |', survived),
  ].join('\n');
}

/** Writes code into a cell of a table. */
function writeCode(text: string): string {
  const fence = text.includes('`') ? '``' : '`';
  const inside = text.replaceAll('|', '\\|');
  return fence + (fence === '``' ? ` ${inside} ` : inside) + fence;
}
