import { Conflict, Unavailable } from '../../database.ts';

const unique_violation = '23505';
const not_null_violation = '23502';

/**
 * SQLSTATEs and system errors of a server that is full, busy, ending or gone, whose disk does not read, or that has taken a
 * transaction back because of another one.
 */
const unavailable_codes =
  /^(08\w{3}|40\w{3}|53\w{3}|58\w{3}|XX00[12]|57P\w\d|57014|55P03|25P0\d|25006|E(CONN\w+|TIMEDOUT|PIPE|AI_AGAIN|NOTFOUND)$)/;

/** Messages with which `pg` says the same where it has no code. */
const unavailable_messages =
  /timeout exceeded when trying to connect|Query read timeout|Connection terminated|is not queryable/i;

/** Those of a connection that is lost, or cannot be made. */
const lost_codes = /^(08\w{3}|57P\w\d|E(CONN\w+|TIMEDOUT|PIPE|AI_AGAIN|NOTFOUND)$)/;
const lost_messages = /timeout exceeded when trying to connect|Connection terminated|is not queryable/i;

/** Returns whether an error says that the server is lost, so that another one may answer. */
export function isLost(error: unknown): boolean {
  if (error instanceof Unavailable) return true;
  const { code, message } = error as { code?: unknown; message?: unknown };
  return lost_codes.test(String(code)) || lost_messages.test(String(message));
}

/** Turns an error of `pg` into a Conflict or Unavailable, and returns any other error as it is. */
export function translate(error: unknown): unknown {
  const { code, table, message } = error as { code?: string; table?: string; message?: unknown };
  if (table && (code === unique_violation || code === not_null_violation)) return new Conflict(table, error);
  const isGone = unavailable_codes.test(String(code)) || unavailable_messages.test(String(message));
  return isGone ? new Unavailable(error) : error;
}

export function fail(error: unknown): never {
  throw translate(error);
}
