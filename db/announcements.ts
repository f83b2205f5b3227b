import type { Database } from './database.ts';
import { listChanges, listPolicies, type Policy } from './policies.ts';

/** Days for which an announcement is in force. */
const announced_days = 30;

/** What everyone is told of. Instants are ISO 8601 UTC with milliseconds. */
export interface Announcement {
  id: string;
  kind: 'policy';
  published_at: string;
  /** The end of the time in which the widget shows it. It stays listed. */
  until: string;
  /** The version that changes the policy. */
  version: string;
  effective_at: string;
  /** What is announced, in each of its languages. */
  texts: { locale: string; text: string }[];
}

/** Lists all announcements, the newest first. */
export async function listAnnouncements(db: Database): Promise<Announcement[]> {
  return announceChanges(await listPolicies(db));
}

/** Announces each significant change of the policy, the newest first. */
export function announceChanges(policies: Policy[]): Announcement[] {
  const changes = listChanges(policies).map(({ version, published_at, effective_at, documents }) => ({
    ...{ id: `policy-${version}`, kind: 'policy' as const, version, published_at, effective_at },
    until: daysAfter(published_at > effective_at ? published_at : effective_at),
    texts: documents.map(({ locale, summary }) => ({ locale, text: summary ?? '' })).filter(({ text }) => text),
  }));
  return changes
    .filter(({ texts }) => texts.length > 0)
    .sort((one, other) => (one.published_at < other.published_at ? 1 : -1));
}

/** Returns the latest announcement that is in force, or undefined. */
export function latestInForce(announcements: Announcement[], now: Date): Announcement | undefined {
  return announcements.find(({ until }) => until > now.toISOString());
}

function daysAfter(instant: string): string {
  return new Date(Date.parse(instant) + announced_days * 86_400_000).toISOString();
}
