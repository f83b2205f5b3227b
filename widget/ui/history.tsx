import type { Locale } from '../../worker/shared/locales.ts';
import type { Texts } from '../api.ts';
import { h } from '../dom.ts';
import type { Answer } from '../server.ts';
import { fillText, joinNames } from '../texts.ts';

/** The parts of a receipt that are shown; docs/receipt.md has the whole. */
interface Recorded {
  policy_version: string;
  privacy_notice: string;
  privacy_notice_sha256: string;
  purposes: { name: string; event: { event_time: string; state: string } }[];
}

interface Options {
  host: string;
  locale: Locale;
  texts: Texts;
  visitor_id: string;
  getReceipt(visitor_id: string): Promise<Answer>;
}

/** What the visitor has chosen so far, as the server has recorded it: asked for when it is opened. */
export function showHistory({ host, locale, texts, visitor_id, getReceipt }: Options): HTMLElement {
  const list = <div role="status" />;
  return (
    <details class="lc-purpose" data-consent-history onToggle={load}>
      <summary>{texts.choices}</summary>
      {list}
    </details>
  );

  async function load(event: Event) {
    if (!(event.target as HTMLDetailsElement).open) return;
    const { body } = await getReceipt(visitor_id);
    const records: Recorded[] = body?.records ?? [];
    list.replaceChildren(...(records.length ? [...records.map(show), download()] : [texts.noChoices]));
  }

  function show({ purposes, policy_version, privacy_notice, privacy_notice_sha256 }: Recorded): HTMLElement {
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
          <a href={privacy_notice} target="_blank" rel="noopener">
            {fillText(texts.shown, { version: policy_version })}
          </a>
        </p>
        <p class="lc-code">SHA-256 {privacy_notice_sha256}</p>
      </div>
    );
  }

  function download(): HTMLElement {
    return (
      <a class="lc-button lc-quiet" href={`${host}/consents/${visitor_id}/receipt`} download>
        {texts.receipt}
      </a>
    );
  }
}
