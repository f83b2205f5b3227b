import type { Policy } from '../../db/policies/policy.ts';

/** Warns of a significant version that comes into force sooner than browsers renew their oldest copies of the widget. */
export function warnOfStaleCopies(policy: Pick<Policy, 'change_class' | 'effective_at'>, hours: number, now: Date) {
  const ahead_ms = Date.parse(policy.effective_at) - now.getTime();
  if (policy.change_class !== 'significant' || ahead_ms >= hours * 3_600_000) return undefined;
  return `effective_at is less than ${hours} hours ahead (WIDGET_STALE_HOURS): visitors whose browser has an older copy of the widget are asked one page view late`;
}
