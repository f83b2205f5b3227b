import type { Locale } from '../worker/shared/locales.ts';
import type { WrittenPolicies } from '../worker/shared/written-policies.ts';
import type { Policy } from './server.ts';

/** The longest time that a timer can wait for. */
const longest_ms = 2 ** 31 - 1;

/** Returns the written policy that is in force now, or undefined before the first one is. */
export function readWritten(
  { cookie, current, next, announcement }: WrittenPolicies,
  host: string,
  locale: Locale,
): Policy | undefined {
  const policy = next && msUntil(next.effective_at) <= 0 ? next : current;
  if (!policy) return undefined;
  const { texts, ...facts } = policy;
  const news = announcement && {
    ...announcement,
    ...announcement.texts[locale],
    url: `${host}/announcements?lang=${locale}#${announcement.id}`,
  };
  return {
    ...facts,
    ...texts[locale],
    cookie,
    ...(news && { announcement: news }),
    url: `${host}/policies/${facts.version}?lang=${locale}`,
  };
}

/**
 * Calls `arrived` when the next written policy comes into force.
 *
 * @returns Ends the waiting.
 */
export function awaitNext({ next }: WrittenPolicies, arrived: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => {
    const ms = next ? msUntil(next.effective_at) : 0;
    if (ms > 0) timer = setTimeout(wait, Math.min(ms, longest_ms));
    else if (timer) arrived();
  };
  wait();
  return () => clearTimeout(timer);
}

function msUntil(at: string): number {
  return Date.parse(at) - Date.now();
}
