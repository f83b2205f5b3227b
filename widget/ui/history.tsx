import { h } from 'preact';
import type { Locale } from '../../worker/shared/locales.ts';
import type { Texts } from '../api.ts';
import { fillText, joinNames } from '../texts.ts';
import { LinkAway } from './link-away.tsx';

/** The parts of a receipt that are shown; docs/receipt.md has the whole. */
export interface Recorded {
  policy_version: string;
  privacy_notice: string;
  privacy_notice_sha256: string;
  purposes: { name: string; event: { event_time: string; state: string } }[];
}

interface Props {
  host: string;
  locale: Locale;
  texts: Texts;
  visitor_id: string;
  /** The server's records, or undefined until it has been asked. */
  records: Recorded[] | undefined;
  load(): void;
}

/** Shows what the visitor has chosen so far, as the server has recorded it. The server is asked when this is opened. */
export function History({ host, locale, texts, visitor_id, records, load }: Props) {
  return (
    <details class="lc-purpose" data-consent-history onToggle={event => event.currentTarget.open && load()}>
      <summary>{texts.choices}</summary>
      <div role="status">
        {records?.map(record => (
          <Choice {...{ locale, texts, record }} />
        ))}
        {records &&
          (records.length ? (
            <a class="lc-button lc-quiet" href={`${host}/consents/${visitor_id}/receipt`} download>
              {texts.receipt}
            </a>
          ) : (
            texts.noChoices
          ))}
      </div>
    </details>
  );
}

function Choice({ locale, texts, record }: { locale: Locale; texts: Texts; record: Recorded }) {
  const { purposes, policy_version, privacy_notice, privacy_notice_sha256 } = record;
  const at = new Date(purposes[0]!.event.event_time);
  const name = (isGiven: boolean) =>
    joinNames(
      purposes.filter(it => (it.event.state === 'given') === isGiven).map(it => it.name),
      locale,
    ) || '–';
  return (
    <div class="lc-facts">
      <p>{at.toLocaleString(locale, { dateStyle: 'long', timeStyle: 'short' })}</p>
      <p>{texts.allowed + name(true)}</p>
      <p>{texts.refused + name(false)}</p>
      <p>
        <LinkAway href={privacy_notice}>{fillText(texts.shown, { version: policy_version })}</LinkAway>
      </p>
      <p class="lc-code">SHA-256 {privacy_notice_sha256}</p>
    </div>
  );
}
