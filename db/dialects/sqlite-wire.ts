import type { Outcome } from '../database.ts';
import type { Settled, Statement } from './sqlite-commit.ts';

/** A statement as it crosses to the other thread: its number, or its text at the first time; then its values. */
type SentStatement = readonly [text: number | string, parameters: readonly unknown[]];

/** Result of a unit as it crosses back: per statement the number of changed rows, or the rows; or the error. */
type SentSettled = (number | unknown[])[] | { message: string; code?: unknown };

/** Texts that get a number, far above the number of distinct ones: it only bounds memory. */
const most_numbered = 500;

/**
 * Creates what writes units as they cross. Because a statement's text is longer than its values, it crosses once;
 * afterwards its number does. All is one JSON text, because a copy of nested lists takes four times as long.
 */
export function createSender(): (units: Statement[][]) => string {
  const numbers = new Map<string, number>();
  const send = ({ sql, parameters }: Statement): SentStatement => {
    const number = numbers.get(sql);
    if (number === undefined && numbers.size < most_numbered) numbers.set(sql, numbers.size);
    return [number ?? sql, parameters];
  };
  return units => JSON.stringify(units.map(unit => unit.map(send)));
}

/** Creates what reads the units of one sender, in their order. */
export function createReceiver(): (sent: string) => Statement[][] {
  const texts: string[] = [];
  const receive = ([text, parameters]: SentStatement): Statement => {
    if (typeof text === 'number') return { sql: texts[text]!, parameters };
    if (texts.length < most_numbered) texts.push(text);
    return { sql: text, parameters };
  };
  return sent => (JSON.parse(sent) as SentStatement[][]).map(unit => unit.map(receive));
}

/** Writes results as they cross: of an error its message and code. */
export function sendSettled(settled: Settled[]): string {
  return JSON.stringify(settled.map(sendOne));
}

function sendOne(settled: Settled): SentSettled {
  if ('outcomes' in settled) return settled.outcomes.map(({ rows, changed }) => (rows.length > 0 ? rows : changed));
  const { message, code } = settled.error as { message: string; code?: unknown };
  return { message, code };
}

/** Reads results that `sendSettled` wrote. */
export function receiveSettled(sent: string): Settled[] {
  return (JSON.parse(sent) as SentSettled[]).map(receiveOne);
}

function receiveOne(sent: SentSettled): Settled {
  if (Array.isArray(sent)) return { outcomes: sent.map(receiveOutcome) };
  const { message, code } = sent;
  return { error: Object.assign(new Error(message), { code }) };
}

function receiveOutcome(sent: number | unknown[]): Outcome {
  return typeof sent === 'number' ? { rows: [], changed: sent } : { rows: sent, changed: 0 };
}
