import { listDueMails, recordMail, takeMail } from '../../db/notices/mails.ts';
import type { Mails } from '../../db/schema.ts';
import { LostKey } from '../../db/vault/lost-key.ts';
import type { Services } from '../context.ts';
import { canMail, mailOut } from '../egress.ts';
import { type Letter, type LetterKind, letters } from './letters.ts';

/**
 * Sends the mails to people that are due, one after the other, and returns how many attempts there were. It never throws:
 * what was not recorded is sent again when its lease has ended.
 */
export async function sendMails(services: Services): Promise<number> {
  const { db, now, log, isStopping } = services;
  if (!canMail(services)) return 0;
  let attempts = 0;
  try {
    for (const mail of await listDueMails(db, now())) {
      if (isStopping?.() || !(await takeMail(db, mail, now()))) continue;
      const { write, ends, settle }: LetterKind = letters[kindOf(mail)];
      const attempted = await attempt(services, mail, write);
      const state = await recordMail(db, mail, attempted, now(), ends?.(mail));
      if (state !== 'queued') await settle?.(services, mail, attempted?.is === 'sent' ? 'mail' : 'announcement');
      attempts++;
    }
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: string };
    log('error', 'mails_failed', { code: String(code ?? name) });
  }
  return attempts;
}

/** Returns the kind of a mail: `policy` of one about `policy.2026-02`. */
const kindOf = ({ about }: Mails) => about.split('.')[0] as keyof typeof letters;

/** Attempts a mail. One that cannot be written, because a key is lost, has failed like one that is not taken. */
async function attempt(services: Services, mail: Mails, write: LetterKind['write']) {
  const { about, subject_id } = mail;
  let letter: Letter | undefined;
  try {
    letter = await write(services, mail);
  } catch (error) {
    if (!(error instanceof LostKey)) throw error;
    return { is: 'failed' as const, status: null, error: 'lost-key', lead_id: undefined };
  }
  if (!letter) return undefined;
  const host = new URL(services.settings.public_url).hostname;
  const { lead_id, ...words } = letter;
  const { status, error } = await mailOut(services, { ...words, message_id: `<${about}.${subject_id}@${host}>` });
  services.log('debug', 'mail', { about, subject_id, status, error });
  return { is: error === null ? ('sent' as const) : ('failed' as const), status, error, lead_id };
}
