import type { Log } from './context.ts';
import { type LogLevel, log_levels } from './setting-forms.ts';

/**
 * Creates a log of JSON lines from a level up; notices are written at any level. Callers pass facts only: never a body,
 * a query, a token or personal data.
 */
export function createLog(least: LogLevel, now: () => Date, write: (line: string) => void): Log {
  const threshold = log_levels.indexOf(least);
  return (level, event, facts = {}) => {
    if (level !== 'notice' && log_levels.indexOf(level) < threshold) return;
    write(`${JSON.stringify({ time: now().toISOString(), level, event, ...facts })}\n`);
  };
}
