import type { Database } from '../../../db/database.ts';
import { countStandbys, describeServer, type ServerFacts } from '../../../db/server.ts';
import { isStandbyExpected } from '../../health/warnings.ts';
import { isVerified } from '../../node/database-address.ts';
import type { Settings } from '../../settings.ts';
import { type Line, none, warn, wrong } from './lines.ts';

/** The oldest version that is supported. */
const oldest = 15;

/** Looks how a PostgreSQL server is set up. Only what is wrong makes a line. */
export async function checkServer(db: Database, settings: Partial<Settings>): Promise<{ name: string; lines: Line[] }> {
  const facts = await describeServer(db);
  const lines = [...judgeServer(facts), ...(await checkStandbys(db, isStandbyExpected(settings)))];
  if (settings.production && !isVerified(settings.database_url ?? ''))
    lines.push(
      warn(
        'database',
        'DATABASE_URL lets the connection be read or taken over on its way: the server is not on this machine, and its certificate is not checked',
        'Add ?sslmode=verify-full, and &sslrootcert=FILE where its certificate is not of a public authority.',
      ),
    );
  return { name: `PostgreSQL ${Math.floor(facts.version / 10_000)}.${facts.version % 10_000}`, lines };
}

/** Says what of a server's set-up is wrong. */
export function judgeServer({
  version,
  is_read_only,
  may_create,
  refused_tables,
  synchronous_commit,
}: ServerFacts): Line[] {
  const lines: Line[] = [];
  if (version < oldest * 10_000)
    lines.push(wrong('database', `the server is older than PostgreSQL ${oldest}`, `Upgrade it to ${oldest} or later.`));
  if (is_read_only)
    lines.push(
      wrong(
        'database',
        'the server takes no writes: it is a standby, or read-only',
        'Name the primary in DATABASE_URL.',
      ),
    );
  else if (!may_create)
    lines.push(
      wrong('database', 'this account may make no tables, as an upgrade does', 'Grant it CREATE on its schema.'),
    );
  if (refused_tables.length > 0)
    lines.push(
      wrong(
        'database',
        `this account may not write ${refused_tables.join(', ')}`,
        'Let it own its tables, or grant it all rights on them.',
      ),
    );
  if (/^(off|local)$/.test(synchronous_commit))
    lines.push(
      wrong(
        'database',
        `synchronous_commit is ${synchronous_commit}: a lead that was acknowledged can be lost`,
        'Set it to on for this account: ALTER ROLE … SET synchronous_commit = on.',
      ),
    );
  return lines;
}

async function checkStandbys(db: Database, isExpected: boolean): Promise<Line[]> {
  const standbys = await countStandbys(db).catch(() => undefined);
  if (!standbys) return [];
  const { following, synchronous, hidden, wanted } = standbys;
  if (hidden > 0)
    return [none('database', 'this account may not see whether its standby is synchronous: grant it pg_monitor')];
  if (synchronous > 0) return [];
  if (following === 0 && !wanted)
    return isExpected
      ? [
          warn(
            'database',
            'a standby is set, and none follows: what is stored is on one server alone',
            'Bring a standby back, and name it in synchronous_standby_names.',
          ),
        ]
      : [];
  if (following === 0)
    return [
      wrong(
        'database',
        `the server waits at each commit for a standby that is away (synchronous_standby_names = ${wanted})`,
        'Bring the standby back, or take its name out there.',
      ),
    ];
  return [
    warn(
      'database',
      `${following} standbys follow, and none is synchronous: what was acknowledged can be lost when one takes over`,
      'Name it in synchronous_standby_names.',
    ),
  ];
}
