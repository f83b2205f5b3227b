import { mailOut } from '../egress/mail.ts';
import { checkField } from '../shared/fields.ts';
import type { Kind } from './kind.ts';
import { writeText } from './texts.ts';

/**
 * A mailbox of staff. Because a mail about each of a hundred leads is read by nobody, one mail tells of all that waits: three
 * may follow each other at once, then one a minute.
 */
export const email: Kind = {
  refuseAddress({ settings, postMail }, address) {
    if (!postMail) return 'no-mail-here';
    if (!settings.smtp_url) return 'no-mail-server';
    return checkField('email', address) ? 'bad-mailbox' : undefined;
  },
  showAddress: address => address,
  isSecret: () => false,
  secret_form: 'E-mail has no secret.',
  pace: { gap_ms: 60_000, burst: 3 },
  gathers: true,

  async send(sender, message) {
    const { title, lines, link } = writeText(sender.settings, message, sender.now());
    const { status, error } = await mailOut(sender, {
      to: message.target.address,
      subject: title,
      text: `${[...lines, '', link.label, link.url].join('\n')}\n`,
      message_id: `<${message.notices.at(-1)!.id}@${new URL(sender.settings.public_url).hostname}>`,
    });
    return { is: error === null ? 'sent' : 'failed', status, error };
  },
};
