import type { CompiledQuery } from 'kysely';
import { dayOf } from '../../db/days.ts';
import { findIncident } from '../../db/incidents/find.ts';
import { notice_parts } from '../../db/incidents/incident.ts';
import { draftTold } from '../../db/incidents/notice.ts';
import { openAddress } from '../../db/leads/address.ts';
import { findAddressee } from '../../db/leads/rows/rows.ts';
import { splitAbout, type TellBy } from '../../db/notices/mails.ts';
import { takeTurn } from '../../db/once/spend.ts';
import { documentIn } from '../../db/policies/policy.ts';
import { listPolicies } from '../../db/policies/read.ts';
import { findRequest, type KeyedRequest, openTexts } from '../../db/requests/find.ts';
import { findMeant, type Meant } from '../../db/requests/meant.ts';
import { code_ms, codeOf } from '../../db/requests/verify.ts';
import type { Mails } from '../../db/schema.ts';
import type { Services } from '../context.ts';
import type { Mail } from '../egress/mail.ts';
import { writeDay, writeInstant } from '../http/times.ts';
import { incident_texts } from '../incidents/texts.ts';
import type { Locale } from '../shared/locales.ts';
import { letter_texts } from './letter-texts.ts';

/**
 * Codes that one person is sent in a day. Because whoever knows an address may ask in its name again and again, each code
 * is three more guesses, and one more mail to somebody who has asked for nothing.
 */
const codes_a_day = 5;

const day_ms = 86_400_000;

/** A mail to a person: her own address, and what it is for. `lead_id` is the lead in which the address stands. */
export type Letter = Omit<Mail, 'message_id'> & { lead_id: string };

/** Says what a mail is about, in one language. */
type Say = (texts: (typeof letter_texts)[Locale]) => { subject: string; lines: string[] };

/** A draft holds what is written, and names the lead in which the address stands. */
export interface Draft {
  lead_id: string;
  locale: Locale;
  say: Say;
}

/** A kind of mail to people. */
export interface LetterKind {
  /** Drafts it as things stand now; undefined where there is nobody to write to, or nothing to say any more. */
  draft(services: Services, mail: Mails): Promise<Draft | undefined>;
  /** Returns what records how the person was told, once it was sent or given up. Of who got no mail the announcement counts. */
  settle?(services: Services, mail: Mails, by: TellBy): CompiledQuery;
  /** Returns until when it is of use. */
  ends?(mail: Mails): Date;
}

/** The mails to people, by what they are about. */
export const letters = {
  /** The code with which somebody shows that the address of a request is theirs. */
  code: {
    async draft(services, mail) {
      const request = await findRequest(services.db, mail.subject_id);
      if (!request || request.closed_at || request.verified_at) return undefined;
      const meant = await findMeant(services, request);
      if (meant.length === 0) return undefined;
      const [code] = services.signer.makeDigits(codeOf(request.id));
      const reference = services.signer.findCode('reference', request, request.reference_hash);
      if (!reference || !(await mayHaveCode(services, mail, request))) return undefined;
      const { locale } = request;
      const url = `${services.settings.public_url}/requests/${reference}?lang=${locale}`;
      return draft(request, meant, texts => texts.code(code!, url));
    },
    ends: ({ queued_at }) => new Date(new Date(queued_at).getTime() + code_ms),
  },

  /** The address at which a copy opens once. */
  copy: {
    async draft(services, { subject_id }) {
      const request = await findRequest(services.db, subject_id);
      if (!request?.copy_hash || request.copy_opened_at || request.copy_until! <= services.now().toISOString())
        return undefined;
      const code = services.signer.findCode('copy', request, request.copy_hash);
      const { public_url, time_zone } = services.settings;
      if (!code) return undefined;
      const meant = await findMeant(services, request);
      const locale = await localeOf(services.db, request, meant);
      const until = writeInstant(locale, time_zone, new Date(request.copy_until!));
      const url = `${public_url}/requests/copies/${code}?lang=${locale}`;
      return draft({ locale }, meant, texts => texts.copy(url, until));
    },
  },

  /** A significant change of the policy, to whoever agreed to another version. */
  policy: {
    async draft({ db, settings }, { about, subject_id }) {
      const [, version] = splitAbout(about);
      const policy = (await listPolicies(db)).find(one => one.version === version);
      const lead = await findAddressee(db, subject_id);
      if (!policy || !lead || lead.withdrawn_at) return undefined;
      const locale = lead.locale as Locale;
      const { summary } = documentIn(policy, locale);
      const day = writeDay(locale, dayOf(new Date(policy.effective_at), settings.time_zone));
      const { public_url } = settings;
      const url = (path: string) => `${public_url}/${path}?lang=${locale}`;
      return {
        ...{ lead_id: subject_id, locale },
        say: texts => texts.policy(summary, day, url(`policies/${version}`), url('requests')),
      };
    },
  },

  /** An incident that reached data of the person. */
  incident: {
    async draft(services, { about, subject_id }) {
      const [incident, lead] = await Promise.all([
        findIncident(services, idOf(about)),
        findAddressee(services.db, subject_id),
      ]);
      if (!incident?.contact || !lead) return undefined;
      const locale = lead.locale as Locale;
      const words = incident.texts[locale] ?? Object.values(incident.texts)[0]!;
      const titles = incident_texts[locale];
      const parts = notice_parts.map(part => `${titles.parts[part]}\n${words[part]}`);
      const contact = `${titles.contact}\n${incident.contact}`;
      const url = `${services.settings.public_url}/announcements?lang=${locale}#incident-${incident.id}`;
      return { lead_id: subject_id, locale, say: texts => texts.incident([...parts, contact], url) };
    },
    settle: ({ db, now }, { about, subject_id }, by) => draftTold(db, idOf(about), subject_id, by, now()),
  },
} satisfies Record<string, LetterKind>;

/** Returns whether the person of a request may have one more code. A mail that is tried again has its turn already. */
async function mayHaveCode({ db, vault, now }: Services, { lead_id }: Mails, request: KeyedRequest): Promise<boolean> {
  if (lead_id) return true;
  const [index] = vault.emailIndexes(openTexts(vault, request)!.email!);
  return takeTurn(db, `code ${index}`, codes_a_day, new Date(now().getTime() + day_ms), now());
}

const idOf = (about: Mails['about']) => splitAbout(about)[1]!;

/** Drafts a letter to the address that stands in the latest of the leads that a request is about. */
function draft({ locale }: Pick<KeyedRequest, 'locale'>, meant: Meant[], say: Say): Draft | undefined {
  const latest = meant.at(-1);
  return latest && { lead_id: latest.id, locale: locale as Locale, say };
}

/** Returns the language of the person: that in which she asked, and that of her lead where staff took the request in theirs. */
async function localeOf(db: Services['db'], { channel, locale }: KeyedRequest, meant: Meant[]): Promise<Locale> {
  const latest = channel === 'web' ? undefined : meant.at(-1);
  const lead = latest && (await findAddressee(db, latest.id));
  return (lead?.locale ?? locale) as Locale;
}

/** Writes a letter to the address that stands in its lead, which it opens; undefined once the lead is erased. */
export async function writeLetter(
  services: Services,
  { about }: Mails,
  { lead_id, locale, say }: Draft,
): Promise<Letter | undefined> {
  const to = await openAddress(services, lead_id, splitAbout(about)[0], services.now());
  if (!to) return undefined;
  const { controller_name, controller_contact } = services.settings;
  const { subject, lines } = say(letter_texts[locale]);
  const signed = [controller_name, ...(controller_contact ? [controller_contact] : [])];
  return {
    ...{ lead_id, to, subject: `${subject} · ${controller_name}` },
    text: `${[...lines, ...signed].join('\n\n')}\n`,
  };
}
