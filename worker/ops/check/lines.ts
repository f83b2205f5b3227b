/** A line is about one of these, which are printed in this order. */
export type Subject =
  | 'settings'
  | 'keys'
  | 'database'
  | 'clock'
  | 'disk'
  | 'mail'
  | 'channels'
  | 'sign-in'
  | 'policy'
  | 'traces';

/** A line of the check. */
export interface Line {
  check: Subject;
  /** `none` where there is nothing to look at. A `warning` lets the service start and work. */
  state: 'ok' | 'warning' | 'wrong' | 'none';
  found: string;
  /** What to do; empty where there is nothing to do. */
  to_do: string;
}

/** Longest wait for whatever is looked at. All of it is looked at at once. */
export const longest_ms = 5_000;

export const ok = (check: Subject, found: string): Line => ({ check, state: 'ok', found, to_do: '' });
export const none = (check: Subject, found: string): Line => ({ check, state: 'none', found, to_do: '' });
export const warn = (check: Subject, found: string, to_do: string): Line => ({ check, state: 'warning', found, to_do });
export const wrong = (check: Subject, found: string, to_do: string): Line => ({ check, state: 'wrong', found, to_do });

/**
 * Returns the lines of a look, or one that says that it has failed, or that it takes too long.
 *
 * @param explain Makes a line of what the look has thrown.
 */
export async function look(
  check: Subject,
  work: () => Promise<Line[]>,
  explain: (error: Error) => Line = error =>
    wrong(check, `it cannot be looked at: ${error.message}`, 'Mend that first.'),
): Promise<Line[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Line[]>(resolve => {
    timer = setTimeout(
      () =>
        resolve([wrong(check, `no answer within ${longest_ms / 1_000} seconds`, 'Look whether it can be reached.')]),
      longest_ms,
    );
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    return [explain(error as Error)];
  } finally {
    clearTimeout(timer);
  }
}

/** Writes the lines for a terminal: in columns, with what to do below. */
export function writeLines(lines: Line[]): string {
  const widest = Math.max(...lines.map(({ check }) => check.length));
  return lines
    .map(({ check, state, found, to_do }) => {
      const begin = `${state.padEnd('warning'.length)}  ${check.padEnd(widest)}  `;
      return `${begin}${found}${to_do && `\n${' '.repeat(begin.length)}→ ${to_do}`}`;
    })
    .join('\n');
}
