import { back_up_job } from '../../db/jobs.ts';
import type { Warning } from '../context.ts';
import { hints } from '../health/hints.ts';
import { version } from '../version.ts';
import type { Figures } from './figures.ts';
import type { Gauge, Sample } from './text.ts';

/** Makes the gauges of what is read at the moment of the scrape. */
export function makeGauges(warnings: Warning[] | undefined, figures: Figures | undefined, now: Date): Gauge[] {
  const alone = (value: number | undefined): Sample[] => (value === undefined ? [] : [[{}, value]]);
  const { jobs = [], disks = [], outboxes, readers } = figures ?? {};
  const boxes = Object.entries(outboxes ?? {});
  const succeeded = jobs.filter(({ last_success_at }) => last_success_at);
  const age = (at: string | undefined) => (at ? Math.max(0, now.getTime() - Date.parse(at)) / 1_000 : 0);
  const at = ({ last_success_at }: (typeof jobs)[number]) => Date.parse(last_success_at!) / 1_000;
  return [
    {
      name: 'lead_consent_build_info',
      help: 'The version of the software that answers, as a label.',
      samples: [[{ version }, 1]],
    },
    {
      name: 'lead_consent_healthy',
      help: 'Whether the database takes a write and can be read.',
      samples: alone(warnings ? 1 : 0),
    },
    {
      name: 'lead_consent_warning',
      help: 'Whether /health gives this warning.',
      samples: warnings
        ? Object.keys(hints.en).map(warning => [{ warning }, warnings.some(one => one === warning) ? 1 : 0])
        : [],
    },
    {
      name: 'lead_consent_units_waiting',
      help: 'Units that wait in this process for the writer of the database.',
      samples: alone(figures?.units_waiting),
    },
    {
      name: 'lead_consent_reader_connections',
      help: 'Connections of this process that read from PostgreSQL.',
      samples: readers ? (['used', 'idle'] as const).map(state => [{ state }, readers[state]]) : [],
    },
    {
      name: 'lead_consent_reads_waiting',
      help: 'Queries that wait in this process for a connection to PostgreSQL.',
      samples: alone(readers?.waiting),
    },
    {
      name: 'lead_consent_database_size_bytes',
      help: 'Size of the files of the SQLite database.',
      samples: alone(figures?.database_bytes),
    },
    {
      name: 'lead_consent_outbox_queued',
      help: 'What waits to be sent, counted up to 10,000.',
      samples: boxes.map(([outbox, { queued }]) => [{ outbox }, queued]),
    },
    {
      name: 'lead_consent_outbox_oldest_age_seconds',
      help: 'Since when the oldest of it waits; 0 while nothing does.',
      samples: boxes.map(([outbox, { oldest_at }]) => [{ outbox }, age(oldest_at)]),
    },
    {
      name: 'lead_consent_outbox_dead',
      help: 'What was given up: deliveries up to 10,000, and mails among the latest 1,000.',
      samples: boxes.map(([outbox, { dead }]) => [{ outbox }, dead]),
    },
    {
      name: 'lead_consent_job_last_success_timestamp_seconds',
      help: 'When the latest run of a job that ended well began, on whichever server.',
      samples: succeeded.map(job => [{ name: job.name }, at(job)]),
    },
    {
      name: 'lead_consent_job_interval_seconds',
      help: 'How often a job is due.',
      samples: jobs.map(({ name, every_seconds }) => [{ name }, every_seconds]),
    },
    {
      name: 'lead_consent_job_failed',
      help: 'Whether the latest run of a job failed.',
      samples: jobs.map(({ name, failed }) => [{ name }, failed ? 1 : 0]),
    },
    {
      name: 'lead_consent_backup_last_success_timestamp_seconds',
      help: 'When the latest backup that passed its trial began.',
      samples: succeeded.filter(({ name }) => name === back_up_job).map(job => [{}, at(job)]),
    },
    {
      name: 'lead_consent_disk_free_bytes',
      help: 'Room that is left on the disk of a folder.',
      samples: disks.map(({ place, free_bytes }) => [{ place }, free_bytes]),
    },
    {
      name: 'lead_consent_disk_size_bytes',
      help: 'Size of that disk.',
      samples: disks.map(({ place, total_bytes }) => [{ place }, total_bytes]),
    },
  ];
}
