import { createHash } from 'node:crypto';

/** SQLSTATEs of a prepared statement that does not exist, or that exists already. */
const misplaced = /^(26000|42P05)$/;

/** SQLSTATE of a prepared statement whose table has got a column since, so that its rows would have one more. */
const outgrown = '0A000';

/** Tells whether an error says nothing but that a statement must be prepared once more. */
export function isUnprepared(error: unknown): boolean {
  return isMisplaced(error) || codeOf(error) === outgrown;
}

/** Tells whether an error says that a prepared statement was expected on another connection of the server. */
function isMisplaced(error: unknown): boolean {
  return misplaced.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown })?.code);
}

/** Names under which statements are prepared, so that each connection plans a statement once. */
export interface Names {
  /** Returns the name of a statement, the same for the same text; undefined when statements go without a name. */
  of(sql: string): string | undefined;
  /**
   * Stops naming when the error is that of a misplaced statement. Names the statements anew when the error is that of
   * one whose table has changed.
   *
   * @returns Whether it was either; then the caller sends its work again.
   */
  renewAfter(error: unknown, statements: string[]): boolean;
}

/**
 * Creates the names of an opened database.
 *
 * Because a pooler in transaction mode hands each transaction to any connection of the server, a name that was given on
 * one is missing on another, or taken there. The first error that says so ends all naming: an unnamed statement lives
 * no longer than its message.
 *
 * Because newer software may add a column while this one runs, a statement of all columns gets another name then: the
 * server refuses it for good under the name under which it was prepared.
 */
export function createNames(): Names {
  const names = new Map<string, string>();
  let isNaming = true;
  let renewals = 0;
  const name = (sql: string) => {
    const made = createHash('sha256').update(renewals > 0 ? `${renewals} ${sql}` : sql);
    names.set(sql, made.digest('base64url').slice(0, 22));
    return names.get(sql)!;
  };
  return {
    of: sql => (isNaming ? (names.get(sql) ?? name(sql)) : undefined),
    renewAfter(error, statements) {
      if (!isUnprepared(error)) return false;
      if (isMisplaced(error)) isNaming = false;
      renewals++;
      for (const sql of statements) name(sql);
      return true;
    },
  };
}
