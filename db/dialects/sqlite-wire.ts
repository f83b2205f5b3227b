import type { Outcome } from '../database.ts';
import type { Settled, Statement } from './sqlite-commit.ts';

/** A statement as it crosses to the other thread: its number, or its text at the first time; then its values. */
export type SentStatement = readonly [text: number | string, ...parameters: unknown[]];

/** Result of a unit as it crosses back: per statement the number of changed rows, or the rows; or the error. */
export type SentSettled = (number | unknown[])[] | { message: string; code?: unknown };

/** Texts that get a number, far above the number of distinct ones: it only bounds memory. */
const most_numbered = 500;

/** Creates what sends statements. Because a text is longer than its values, it crosses once; afterwards its number does. */
export function createSender(): (statement: Statement) => SentStatement {
  const numbers = new Map<string, number>();
  return ({ sql, parameters }) => {
    const number = numbers.get(sql);
    if (number === undefined && numbers.size < most_numbered) numbers.set(sql, numbers.size);
    return [number ?? sql, ...parameters];
  };
}

/** Creates what receives the statements of one sender, in their order. */
export function createReceiver(): (sent: SentStatement) => Statement {
  const texts: string[] = [];
  return ([text, ...parameters]) => {
    if (typeof text === 'number') return { sql: texts[text]!, parameters };
    if (texts.length < most_numbered) texts.push(text);
    return { sql: text, parameters };
  };
}

/** Returns a result as it crosses. Because an error loses its own properties there, its message and code are sent. */
export function sendSettled(settled: Settled): SentSettled {
  if ('outcomes' in settled) return settled.outcomes.map(({ rows, changed }) => (rows.length > 0 ? rows : changed));
  const { message, code } = settled.error as { message: string; code?: unknown };
  return { message, code };
}

export function receiveSettled(sent: SentSettled): Settled {
  if (Array.isArray(sent)) return { outcomes: sent.map(receiveOutcome) };
  const { message, code } = sent;
  return { error: Object.assign(new Error(message), { code }) };
}

function receiveOutcome(sent: number | unknown[]): Outcome {
  return typeof sent === 'number' ? { rows: [], changed: sent } : { rows: sent, changed: 0 };
}
