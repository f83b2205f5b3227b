import { listDueMails, recordMail, splitAbout, takeMail } from '../../db/notices/mails.ts';
import type { Mails } from '../../db/schema.ts';
import { LostKey } from '../../db/vault/lost-key.ts';
import type { Services } from '../context.ts';
import { canMail, mailOut } from '../egress/mail.ts';
import { type Letter, type LetterKind, letters, writeLetter } from './letters.ts';

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
      const { draft, ends, settle }: LetterKind = letters[splitAbout(mail.about)[0]];
      await recordMail(db, mail, await attempt(services, mail, draft), now(), {
        until: ends?.(mail),
        draftEnd: settle && (by => [settle(services, mail, by)]),
      });
      attempts++;
    }
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: string };
    log('error', 'mails_failed', { code: String(code ?? name) });
  }
  return attempts;
}

/** Attempts a mail. One that cannot be written, because a key is lost, has failed like one that is not taken. */
async function attempt(services: Services, mail: Mails, draft: LetterKind['draft']) {
  const { about, subject_id } = mail;
  let letter: Letter | undefined;
  try {
    const drafted = await draft(services, mail);
    letter = drafted && (await writeLetter(services, mail, drafted));
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
