import { sql } from 'kysely';
import type { Database } from './database.ts';

/** How a PostgreSQL server is set up, as far as it concerns what is stored there. */
export interface ServerFacts {
  /** Such as 150004 for 15.4. */
  version: number;
  /** Whether it takes no writes, as a standby does. */
  is_read_only: boolean;
  /** Whether new tables can be made. */
  may_create: boolean;
  /** Tables that this account may not write. */
  refused_tables: string[];
  /** `off` or `local` where a commit is told before it is safe. */
  synchronous_commit: string;
}

/** Asks a PostgreSQL server how it is set up. */
export async function describeServer(db: Database): Promise<ServerFacts> {
  const { rows } = await sql<ServerFacts>`
    select current_setting('server_version_num')::int as version,
      pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as is_read_only,
      coalesce(has_schema_privilege(current_schema(), 'create'), false) as may_create,
      array(select relname::text from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'
        and not has_table_privilege(oid, 'insert') order by relname) as refused_tables,
      current_setting('synchronous_commit') as synchronous_commit`.execute(db);
  return rows[0]!;
}

/** Lists the migrations that a PostgreSQL database knows; none where it is empty. */
export async function listApplied(db: Database): Promise<string[]> {
  const { rows: found } = await sql<{ is_there: boolean }>`
    select to_regclass('migrations') is not null as is_there`.execute(db);
  if (!found[0]!.is_there) return [];
  const { rows } = await sql<{ name: string }>`select name from migrations order by name`.execute(db);
  return rows.map(({ name }) => name);
}

/** Reads the clock of a PostgreSQL server. */
export async function readClock(db: Database): Promise<Date> {
  const { rows } = await sql<{
    ms: string;
  }>`select (extract(epoch from clock_timestamp()) * 1000)::bigint::text as ms`.execute(db);
  return new Date(Number(rows[0]!.ms));
}

/** Standbys that follow a PostgreSQL server: how many, and how many of them it waits for at a commit. */
export interface Standbys {
  following: number;
  synchronous: number;
  /** Those of which this account sees nothing more. */
  hidden: number;
  /** Names that the server is told to wait for; empty where it waits for none. */
  wanted: string;
}

/** Counts the standbys of a PostgreSQL server, as far as the account may see them. A copy that is being made is none. */
export async function countStandbys(db: Database): Promise<Standbys> {
  const { rows } = await sql<Standbys>`
    select count(*) filter (where state in ('streaming', 'catchup'))::int as following,
      count(*) filter (where state = 'streaming' and sync_state in ('sync', 'quorum'))::int as synchronous,
      count(*) filter (where state is null)::int as hidden,
      current_setting('synchronous_standby_names') as wanted
    from pg_stat_replication`.execute(db);
  return rows[0]!;
}
