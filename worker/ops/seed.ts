import type { Database } from '../../db/database.ts';
import { changeLead, type LeadChange } from '../../db/leads/change.ts';
import { draftLead } from '../../db/leads/create.ts';
import { closed_reasons, lead_statuses } from '../../db/leads/lead.ts';
import { hasVisitorsLead } from '../../db/leads/origin.ts';
import { currentPolicy } from '../../db/policies/force.ts';
import { documentIn } from '../../db/policies/policy.ts';
import { listPolicies } from '../../db/policies/read.ts';
import { findKeyMistakes } from '../../db/vault/check.ts';
import type { DeploymentKeys } from '../../db/vault/marks.ts';
import { createSigner, type Signer } from '../../db/vault/signer.ts';
import { createVault, type Vault } from '../../db/vault/vault.ts';
import { forms } from '../shared/fields.ts';
import { readKeys } from './keys/read.ts';
import { inventPerson } from './people.ts';
import { defineCommand, Mistake, operator, text } from './run/command.ts';
import { createProgress } from './run/progress.ts';
import { database_options, onDatabase, readTarget } from './run/target.ts';

/** Leads of one unit, and units under way at once: enough to spread each sync over many, few enough for D1. */
const leads_per_unit = 40;
const units_at_once = 8;

const most_leads = 10_000_000;
const day_ms = 86_400_000;
const year_ms = 365 * day_ms;

/** Statuses of the latest leads, in turn: of ten, seven are contacted, four of them qualified, two closed. */
const progress_of_ten = [
  'closed',
  'new',
  'contacted',
  'qualified',
  'new',
  'contacted',
  'closed',
  'new',
  'contacted',
  'qualified',
] as const;
const latest_leads = 300;
const latest_ms = 60 * day_ms;
/** Leads of a demo, of which the earlier ones are closed, as where people work. More are for benchmarks, and stay new. */
const demo_leads = 500;
const sales_people = ['王芳', '李磊', 'Grace'];
const visitor = { id: 'visitor', role: 'visitor', request_id: null };

export const seed = defineCommand({
  name: 'seed',
  usage: '--leads N',
  sentence: 'Makes up leads of the past year, for demos and benchmarks. The latest are already in work.',
  options: { ...database_options, leads: text },
  async run({ values, now }) {
    const leads = Number(values.leads);
    if (!Number.isInteger(leads) || leads < 1 || leads > most_leads)
      throw new Mistake(`--leads: expected a whole number from 1 to ${most_leads}`);
    const keys = await readKeys(readTarget(values));
    const made = { vault: createVault(keys.encryption_keys, keys.index_key), signer: createSigner(keys.signing_key) };
    return onDatabase(values, db => seedLeads({ db, keys, ...made }, leads, now));
  },
});

const among_visitors =
  'Warning: NODE_ENV is production, and the database holds leads of visitors: made-up ones now stand among them, and nothing tells them apart.\n';

/** A made-up lead that is worked on afterwards. */
interface Made {
  id: string;
  received: Date;
}

/** Stores made-up leads, one in ten from a person who has written before. */
async function seedLeads(
  services: { db: Database; vault: Vault; signer: Signer; keys: DeploymentKeys & { production: boolean } },
  leads: number,
  now: Date,
) {
  const { db, vault, keys } = services;
  const mistakes = await findKeyMistakes(db, vault, keys, now);
  if (mistakes.length > 0) throw new Mistake(mistakes.join('\n'));
  const policy = currentPolicy(await listPolicies(db), now);
  if (!policy)
    throw new Mistake('there is no policy in force that made-up people could have agreed to: publish one first');
  if (keys.production && (await hasVisitorsLead(db))) process.stderr.write(among_visitors);
  const begun = performance.now();
  const progress = createProgress('leads');
  const latest: Made[] = [];
  const earlier: Made[] = [];

  function draft(n: number) {
    const { form, locale, values } = inventPerson(n, forms);
    const { sha256 } = documentIn(policy!, locale);
    const submission = { form, values, policy_version: policy!.version, policy_sha256: sha256, locale };
    const received = new Date(now.getTime() - Math.floor(year_ms * (1 - n / leads)));
    const { receipt, statements } = draftLead(services, submission, {}, visitor, received);
    if (leads - n <= latest_leads && now.getTime() - received.getTime() < latest_ms)
      latest.push({ id: receipt.id, received });
    else if (leads <= demo_leads) earlier.push({ id: receipt.id, received });
    return statements;
  }

  for (let at = 0; at < leads; at += leads_per_unit * units_at_once) {
    const units = [];
    for (let from = at; from < Math.min(leads, at + leads_per_unit * units_at_once); from += leads_per_unit) {
      const count = Math.min(leads_per_unit, leads - from);
      units.push(db.atomic(Array.from({ length: count }, (_, n) => draft(from + n)).flat()));
    }
    await Promise.all(units);
    progress(Math.min(leads, at + leads_per_unit * units_at_once), leads);
  }
  const doWork = async ({ id }: Made, work: [Date, LeadChange][]) => {
    for (const [at, change] of work) await changeLead(services, id, change, operator, at);
  };
  await Promise.all(latest.map((lead, n) => doWork(lead, inventWork(n, lead.received, now))));
  await Promise.all(earlier.map((lead, n) => doWork(lead, inventWork(n * progress_of_ten.length, lead.received, now))));
  return { leads, seconds: Math.round((performance.now() - begun) / 100) / 10 };
}

/** Invents what was done with the nth of the latest leads, and when: a few hours to some days after it came. */
function inventWork(n: number, received: Date, now: Date): [Date, LeadChange][] {
  const reached = lead_statuses.slice(1, lead_statuses.indexOf(progress_of_ten[n % 10]!) + 1);
  return reached.flatMap((status, step) => {
    const at = new Date(received.getTime() + (step ** 2 * 2 + (1 + (n % 7)) / 10) * day_ms);
    const assigned_to = sales_people[n % sales_people.length]!;
    const closed_reason = status === 'closed' ? closed_reasons[n % closed_reasons.length] : undefined;
    // Some are overdue, some are due today, most come later.
    const follow_up_on = closed_reason
      ? null
      : new Date(now.getTime() + ((n % 9) - 2) * day_ms).toISOString().slice(0, 10);
    return at < now ? [[at, { status, closed_reason, assigned_to, follow_up_on }]] : [];
  });
}
