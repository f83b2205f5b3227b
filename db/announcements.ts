import type { Database } from './database.ts';
import type { NoticeWords } from './incidents/incident.ts';
import { listChanges } from './policies/force.ts';
import type { Policy } from './policies/policy.ts';
import { listPolicies } from './policies/read.ts';

/** Days for which an announcement is in force. */
const announced_days = 30;

/** What everyone is told of. Instants are ISO 8601 UTC with milliseconds. */
export type Announcement = PolicyAnnouncement | IncidentAnnouncement;

interface Announced {
  id: string;
  published_at: string;
  /** The end of the time in which the widget shows it. It stays listed. */
  until: string;
}

/** A significant change of the policy. */
export interface PolicyAnnouncement extends Announced {
  kind: 'policy';
  version: string;
  effective_at: string;
  /** What changes, in each of its languages. */
  texts: { locale: string; text: string }[];
}

/** A notice of an incident. */
export interface IncidentAnnouncement extends Announced {
  kind: 'incident';
  contact: string;
  /** The whole notice, and of it what the widget shows, in each of its languages. */
  texts: ({ locale: string; text: string } & NoticeWords)[];
}

/** Lists all announcements, the newest first. */
export async function listAnnouncements(db: Database): Promise<Announcement[]> {
  const [policies, notices] = await Promise.all([listPolicies(db), listNotices(db)]);
  return mergeAnnouncements(policies, notices);
}

/** Lists all announcements, the newest first: each significant change of the policy, and each notice of an incident. */
export function mergeAnnouncements(policies: Policy[], notices: IncidentAnnouncement[]): Announcement[] {
  const changes = listChanges(policies).map(({ version, published_at, effective_at, documents }) => ({
    ...{ id: `policy-${version}`, kind: 'policy' as const, version, published_at, effective_at },
    until: daysAfter(published_at > effective_at ? published_at : effective_at),
    texts: documents.map(({ locale, summary }) => ({ locale, text: summary ?? '' })).filter(({ text }) => text),
  }));
  const told = changes.filter(({ texts }) => texts.length > 0);
  return [...told, ...notices].sort((one, other) => (one.published_at < other.published_at ? 1 : -1));
}

/** Lists the notices of incidents. */
export async function listNotices(db: Database): Promise<IncidentAnnouncement[]> {
  const rows = await db
    .selectFrom('incidents')
    .innerJoin('incident_texts', 'incident_texts.incident_id', 'incidents.id')
    .select(['noticed_at', 'until', 'contact'])
    .selectAll('incident_texts')
    .orderBy('incident_id')
    .orderBy('locale', 'desc')
    .execute();
  const notices = new Map<string, IncidentAnnouncement>();
  for (const { incident_id, locale, noticed_at, until, contact, ...words } of rows) {
    const id = `incident-${incident_id}`;
    const facts = { id, kind: 'incident' as const, published_at: noticed_at!, until: until!, contact: contact! };
    const notice = notices.get(id) ?? { ...facts, texts: [] };
    notice.texts.push({ locale, text: words.situation, ...words });
    notices.set(id, notice);
  }
  return [...notices.values()];
}

/** Returns the latest announcement that is in force, or undefined. */
export function latestInForce(announcements: Announcement[], now: Date): Announcement | undefined {
  return announcements.find(({ until }) => until > now.toISOString());
}

/** Returns until when what is published at an instant is announced, unless said otherwise. */
export function daysAfter(instant: string): string {
  return new Date(Date.parse(instant) + announced_days * 86_400_000).toISOString();
}
