import { timingSafeEqual } from 'node:crypto';
import type { Actor } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { spendTry } from '../notices/mails.ts';
import type { Signer } from '../vault/signer.ts';
import { actOn, draftAct } from './act.ts';
import { findByReference } from './find.ts';

/** Period in which the code of a mail is good. */
export const code_ms = 10 * 60_000;

/** Tries that a code has. */
const most_tries = 3;

/** What the code of a request is derived from. */
export const codeOf = (request_id: string) => `code ${request_id}`;

/**
 * Verifies a request by the code that was mailed.
 *
 * Because nobody may learn whether a mail went to anybody, a try is counted whether one did or not.
 *
 * @returns Whether it is verified now, by this code.
 */
export async function verifyByCode(
  { db, signer }: { db: Database; signer: Signer },
  reference: string,
  typed: string,
  actor: Actor,
  now: Date,
): Promise<boolean> {
  const request = await findByReference(db, reference);
  if (request?.verification !== 'code' || request.verified_at || request.closed_at) return false;
  const { id } = request;
  const spent = await spendTry(db, id, most_tries);
  const isRight = signer.makeDigits(codeOf(id)).some(code => isSame(code, typed));
  const isInTime = !!spent?.sent_at && now.getTime() - new Date(spent.sent_at).getTime() <= code_ms;
  if (!isRight || !isInTime) return false;
  const hindrance = await actOn(db, id, found => {
    if (found.closed_at) return 'closed';
    if (found.verified_at) return 'nothing';
    const set = {
      verified_at: now.toISOString(),
      verified_by: 'code',
      ...(found.state === 'received' && { state: 'verified' }),
    };
    return [draftAct(db, found, set, { action: 'request.verified', fields: id, purpose: 'code' }, actor, now)];
  });
  return hindrance === undefined;
}

function isSame(code: string, typed: string): boolean {
  const given = Buffer.from(typed);
  return given.length === code.length && timingSafeEqual(given, Buffer.from(code));
}
