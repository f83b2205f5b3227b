import type { CompiledQuery } from 'kysely';
import type { Database } from './database.ts';
import type { Jobs } from './schema.ts';

/**
 * Length of a lease. Because a server may die while it holds one, a run that takes longer extends it. No two servers'
 * clocks are that far apart.
 */
const lease_ms = 5 * 60_000;

/** Name of the job that makes backups, which only a Node server with a folder for them has. */
export const back_up_job = 'back_up';

/** How the result of a run that failed begins. */
export const failure_mark = 'failed: ';

/** A run of a job; `holder` names the run in the lease. */
export interface Run {
  name: string;
  holder: string;
}

/**
 * Takes the lease of a job when the job has not succeeded since its period began and no other run holds the lease.
 *
 * A success or a lease of the future counts for nothing. Because a clock that was ahead for a while has written it, the
 * job would otherwise rest until that time comes.
 *
 * @param period_began The job is due when its latest success is older than this.
 * @returns Whether this run holds the lease now.
 */
export async function takeLease(db: Database, { name, holder }: Run, period_began: Date, now: Date): Promise<boolean> {
  const after = (ms: number) => new Date(now.getTime() + ms).toISOString();
  const lease_until = after(lease_ms);
  const [outcome] = await db.atomic([
    db
      .insertInto('jobs')
      .values({ name, holder, lease_until })
      .onConflict(conflict =>
        conflict
          .column('name')
          .doUpdateSet({ holder, lease_until })
          .where(eb =>
            eb.or([
              eb('jobs.lease_until', 'is', null),
              eb('jobs.lease_until', '<=', now.toISOString()),
              eb('jobs.lease_until', '>', after(2 * lease_ms)),
            ]),
          )
          .where(eb =>
            eb.or([
              eb('jobs.last_success_at', 'is', null),
              eb('jobs.last_success_at', '<', period_began.toISOString()),
              eb('jobs.last_success_at', '>', after(lease_ms)),
            ]),
          ),
      )
      .compile(),
  ]);
  return outcome!.changed > 0;
}

/** Extends the lease of a run that goes on. It does nothing when another run has taken over meanwhile. */
export async function extendLease(db: Database, run: Run, now: Date): Promise<void> {
  await db.atomic([setRun(db, run, { lease_until: new Date(now.getTime() + lease_ms).toISOString() })]);
}

/** Finds what is known of a job; undefined when it never ran. */
export async function findJob(db: Database, name: string): Promise<Jobs | undefined> {
  return db.selectFrom('jobs').selectAll().where('name', '=', name).executeTakeFirst();
}

/** Lists what is known of every job that ever ran, those of other servers and earlier versions included. */
export async function listJobs(db: Database): Promise<Jobs[]> {
  return db.selectFrom('jobs').selectAll().orderBy('name').execute();
}

/**
 * Ends a run that succeeded. It does nothing when another run has taken over meanwhile.
 *
 * @param began When the run began: all records that were stored by then are done.
 */
export async function noteSuccess(db: Database, run: Run, result: string, began: Date): Promise<void> {
  await db.atomic([endRun(db, run, { result, last_success_at: began.toISOString() })]);
}

/**
 * Ends a run that failed. The job stays due, so that the next server that looks tries again.
 *
 * @param code What ended it.
 * @param first Statements for the same unit, where the run before did not fail too.
 */
export async function noteFailure(db: Database, run: Run, code: string, first: CompiledQuery[] = []): Promise<void> {
  const failed = first.length > 0 && (await findJob(db, run.name))?.result?.startsWith(failure_mark);
  await db.atomic([...(failed ? [] : first), endRun(db, run, { result: failure_mark + code })]);
}

/** Ends a run that did not come to its end, because its server stops. The job stays due, and any server may take it. */
export async function noteStop(db: Database, run: Run): Promise<void> {
  await db.atomic([setRun(db, run, { lease_until: null, holder: null })]);
}

function endRun(db: Database, run: Run, values: Pick<Partial<Jobs>, 'result' | 'last_success_at'>) {
  return setRun(db, run, { ...values, lease_until: null, holder: null });
}

function setRun(db: Database, { name, holder }: Run, values: Partial<Jobs>) {
  return db.updateTable('jobs').set(values).where('name', '=', name).where('holder', '=', holder).compile();
}
