import { createHash } from 'node:crypto';

/** SQLSTATEs of a prepared statement that does not exist, or that exists already. */
const misplaced = /^(26000|42P05)$/;

/** Tells whether an error says that a prepared statement was expected on another connection of the server. */
export function isMisplaced(error: unknown): boolean {
  return misplaced.test(String((error as { code?: unknown })?.code));
}

/** Names under which statements are prepared, so that each connection plans a statement once. */
export interface Names {
  /** Returns the name of a statement, the same for the same text; undefined when statements go without a name. */
  of(sql: string): string | undefined;
  /**
   * Stops naming when the error is that of a misplaced statement.
   *
   * @returns Whether it was; then the caller sends its work again, without names.
   */
  stopAfter(error: unknown): boolean;
}

/**
 * Creates the names of an opened database.
 *
 * Because a pooler in transaction mode hands each transaction to any connection of the server, a name that was given on
 * one is missing on another, or taken there. The first error that says so ends all naming: an unnamed statement lives
 * no longer than its message.
 */
export function createNames(): Names {
  const names = new Map<string, string>();
  let isNaming = true;
  return {
    of(sql) {
      if (!isNaming) return undefined;
      const known = names.get(sql);
      if (known) return known;
      const name = createHash('sha256').update(sql).digest('base64url').slice(0, 22);
      names.set(sql, name);
      return name;
    },
    stopAfter(error) {
      if (!isMisplaced(error)) return false;
      isNaming = false;
      return true;
    },
  };
}
