import { firstActAt } from '../../../db/compliance/begin.ts';
import { addDays } from '../../../db/days.ts';
import { digest } from '../../../db/digest.ts';
import { broken, type Check, kept, unproven } from '../finding.ts';

/** Days for which the log must reach back, once the service has run for as long. */
const log_days = 181;

/** Leads are sealed under keys that are known, and no value of theirs stands anywhere in clear. */
export const P2: Check = ({ sample, walk, traces }) => {
  if (sample.unopened > 0) return broken('sealed_unopened', { leads: sample.unopened });
  if (walk.keyless > 0) return broken('sealed_keyless', { leads: walk.keyless });
  const { leads, rows, bytes, in_rows, in_files, position } = traces;
  if (in_rows + in_files > 0) return broken('values_clear', { values: in_rows + in_files });
  const megabytes = Math.ceil(bytes / 1e6);
  return kept(bytes > 0 ? 'sealed_files' : 'sealed_rows', { leads, rows, megabytes, position });
};

/** The log reaches back as far as it must, goes on, and holds no value of a lead. */
export const P10: Check = async ({ services: { db, files }, traces, now, before }) => {
  const days = (await files?.listLogs())?.map(({ day }) => day) ?? [];
  const [oldest, newest] = [days[0], days.at(-1)];
  if (!oldest || !newest) return unproven('log_elsewhere');
  if (traces.in_logs > 0) return broken('log_values', { values: traces.in_logs });
  const today = now.toISOString().slice(0, 10);
  if (newest < addDays(today, -1)) return broken('log_stopped', { newest });
  const needed = addDays(today, -log_days);
  const host = digest(files!.host).slice(0, 8);
  // Because each host has a log of its own, it is compared with what the same host had.
  const last = before('P10')?.figures;
  const earlier = last?.host === host ? String(last.oldest ?? '') : '';
  if (earlier && oldest > earlier && earlier > needed) return broken('log_gone', { oldest, earlier, host });
  const begun = (await firstActAt(db))?.slice(0, 10) ?? today;
  const figures = { host, oldest, newest, leads: traces.leads, days: new Set(days).size };
  if (oldest > needed && oldest > addDays(begun, 1))
    return unproven('log_young', { ...figures, from: addDays(oldest, log_days) });
  return kept('log_kept', figures);
};
