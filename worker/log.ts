import type { Log } from './context.ts';
import { type LogLevel, log_levels } from './settings/forms.ts';

/**
 * Creates a log of JSON lines from a level up; notices are written at any level. Callers pass facts only: never a body,
 * a query, a token or personal data.
 */
export function createLog(least: LogLevel, now: () => Date, write: (line: string) => void): Log {
  const threshold = log_levels.indexOf(least);
  return (level, event, facts = {}) => {
    if (level !== 'notice' && log_levels.indexOf(level) < threshold) return;
    const line = JSON.stringify({ time: now().toISOString(), level, event, ...facts });
    write(`${line.replace(unseen, escapeUnit)}\n`);
  };
}

/**
 * What JSON lets stand, and some programs take for a line's end or a terminal for the begin of a command. Whoever sends a
 * header can put it into an origin.
 */
const unseen = /[\x7f-\x9f\u2028\u2029]/g;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
