import type { Settings } from '../settings.ts';
import { type Judge, judgeAddress } from './addresses.ts';
import { describeFailure, type Limits, usual_limits } from './call.ts';

/** A mail. Its text is plain; `message_id` stays the same when it is sent again. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  message_id: string;
}

/**
 * Gives a mail to the server of SMTP_URL and returns the status of its answer, which says that it has taken the mail.
 *
 * @param judge Says why an address must not be connected to.
 * @throws Refused; any other error where the server did not take it, with its answer's status as `responseCode`.
 */
export type PostMail = (mail: Mail, judge: Judge, limits: Limits) => Promise<number>;

/** Returns whether mail goes out from here. */
export function canMail({
  postMail,
  settings,
}: {
  postMail?: PostMail;
  settings: Pick<Settings, 'smtp_url'>;
}): boolean {
  return !!postMail && !!settings.smtp_url;
}

/**
 * Gives a mail to the server of SMTP_URL.
 *
 * @returns The status of its answer, where there was one, and a code that says why it has not taken the mail: never an
 *   address or a message.
 */
export async function mailOut(
  { postMail, settings }: { postMail?: PostMail; settings: Pick<Settings, 'smtp_url' | 'outbound_hosts'> },
  mail: Mail,
): Promise<{ status: number | null; error: string | null }> {
  const { smtp_url, outbound_hosts } = settings;
  if (!postMail || !smtp_url) return { status: null, error: 'no-mail' };
  const judge: Judge = resolved => judgeAddress(resolved, smtp_url.secure ? 'https:' : 'http:', outbound_hosts);
  try {
    return { status: await postMail(mail, judge, usual_limits), error: null };
  } catch (error) {
    const { responseCode } = error as { responseCode?: unknown };
    return { status: typeof responseCode === 'number' ? responseCode : null, error: describeFailure(error) };
  }
}
