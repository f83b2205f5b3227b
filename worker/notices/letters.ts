import { openValues, selectLead } from '../../db/leads/rows.ts';
import type { KeyedRequest } from '../../db/requests/find.ts';
import { findRequest } from '../../db/requests/find.ts';
import { findMeant } from '../../db/requests/meant.ts';
import { code_ms, codeOf } from '../../db/requests/verify.ts';
import type { Mails } from '../../db/schema.ts';
import type { Services } from '../context.ts';
import type { Mail } from '../egress.ts';
import { writeInstant } from '../http/times.ts';
import type { Locale } from '../shared/locales.ts';
import { letter_texts } from './letter-texts.ts';

/** A mail to a person: her own address, and what it is for. */
export type Letter = Omit<Mail, 'message_id'>;

/** A kind of mail to people. */
interface Kind {
  /** Writes it as things stand now; undefined where there is nobody to write to, or nothing to say any more. */
  write(services: Services, mail: Mails): Promise<Letter | undefined>;
  /** Returns until when it is of use. */
  ends?(mail: Mails): Date;
}

/** The mails to people, by what they are about. */
export const letters: Record<Mails['about'], Kind> = {
  /** The code with which somebody shows that the address of a request is theirs. */
  code: {
    async write(services, { subject_id }) {
      const request = await findRequest(services.db, subject_id);
      if (!request || request.closed_at || request.verified_at) return undefined;
      const [code] = services.signer.makeDigits(codeOf(request.id));
      const reference = services.signer.findCode('reference', request, request.reference_hash);
      if (!reference) return undefined;
      const { locale } = request;
      const url = `${services.settings.public_url}/requests/${reference}?lang=${locale}`;
      return write(services, request, texts => texts.code(code!, url));
    },
    ends: ({ queued_at }) => new Date(new Date(queued_at).getTime() + code_ms),
  },

  /** The address at which a copy opens once. */
  copy: {
    async write(services, { subject_id }) {
      const request = await findRequest(services.db, subject_id);
      if (!request?.copy_hash || request.copy_opened_at || request.copy_until! <= services.now().toISOString())
        return undefined;
      const code = services.signer.findCode('copy', request, request.copy_hash);
      const { public_url, time_zone } = services.settings;
      const until = writeInstant(request.locale as Locale, time_zone, new Date(request.copy_until!));
      if (!code) return undefined;
      return write(services, request, texts =>
        texts.copy(`${public_url}/requests/copies/${code}?lang=${request.locale}`, until),
      );
    },
  },
};

/** Writes to the address that stands in the latest lead of whom a request is about. */
async function write(
  services: Services,
  request: KeyedRequest,
  say: (texts: (typeof letter_texts)[Locale]) => { subject: string; lines: string[] },
): Promise<Letter | undefined> {
  const meant = await findMeant(services, request);
  const lead = meant.length > 0 ? await selectLead(services.db, meant.at(-1)!.id) : undefined;
  if (!lead || lead.erased_at) return undefined;
  const { settings, vault } = services;
  const texts = letter_texts[request.locale as Locale];
  const { subject, lines } = say(texts);
  const signed = [settings.controller_name, ...(settings.controller_contact ? [settings.controller_contact] : [])];
  return {
    to: openValues(vault, lead).email,
    subject: `${subject} · ${settings.controller_name}`,
    text: `${[...lines, ...signed].join('\n\n')}\n`,
  };
}
