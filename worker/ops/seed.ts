import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { changeLead, type LeadChange } from '../../db/leads/change.ts';
import { draftLead } from '../../db/leads/create.ts';
import { lead_statuses } from '../../db/leads/lead.ts';
import { currentPolicy, documentIn, listPolicies } from '../../db/policies.ts';
import { createSigner } from '../../db/vault/signer.ts';
import { createVault } from '../../db/vault/vault.ts';
import { fillInKeys } from '../node/development.ts';
import { findFolder } from '../node/store.ts';
import { type Environment, readSettings } from '../settings.ts';
import { forms } from '../shared/fields.ts';
import { inventPerson } from './people.ts';
import { databaseUrl, Mistake, type Ops, operator } from './target.ts';

/** Leads of one unit, and units under way at once: large enough to spread each sync, small enough for D1. */
const leads_per_unit = 40;
const units_at_once = 8;

const most_leads = 10_000_000;
const day_ms = 86_400_000;
const year_ms = 365 * day_ms;

/** What sales have done with the latest leads, in turn: of ten, seven are contacted, four of them qualified, two closed. */
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
const sales_people = ['王芳', '李磊', 'Grace'];
const visitor = { id: 'visitor', role: 'visitor', request_id: null };

/** `seed --leads N`: made-up leads of the past year, one in ten from a person who has written before, the latest already in work. */
export async function seedLeads({ db, values, now, target }: Ops): Promise<{ leads: number; seconds: number }> {
  const leads = Number(values.leads);
  if (!Number.isInteger(leads) || leads < 1 || leads > most_leads)
    throw new Mistake(`--leads: expected a whole number from 1 to ${most_leads}`);
  const policy = currentPolicy(await listPolicies(db), now);
  if (!policy)
    throw new Mistake('there is no policy in force that made-up people could have agreed to: publish one first');
  const services = { db, ...openKeys(target) };
  const begun = performance.now();
  const progress = createProgress(leads);
  const latest: { id: string; received: Date }[] = [];

  function draft(n: number) {
    const { form, locale, values } = inventPerson(n, forms);
    const { sha256 } = documentIn(policy!, locale);
    const submission = { form, values, policy_version: policy!.version, policy_sha256: sha256, locale };
    const received = new Date(now.getTime() - Math.floor(year_ms * (1 - n / leads)));
    const { receipt, statements } = draftLead(services, submission, {}, visitor, received);
    if (leads - n <= latest_leads && now.getTime() - received.getTime() < latest_ms)
      latest.push({ id: receipt.id, received });
    return statements;
  }

  for (let at = 0; at < leads; at += leads_per_unit * units_at_once) {
    const units = [];
    for (let from = at; from < Math.min(leads, at + leads_per_unit * units_at_once); from += leads_per_unit) {
      const count = Math.min(leads_per_unit, leads - from);
      units.push(db.atomic(Array.from({ length: count }, (_, n) => draft(from + n)).flat()));
    }
    await Promise.all(units);
    progress(Math.min(leads, at + leads_per_unit * units_at_once));
  }
  const work = latest.map(async ({ id, received }, n) => {
    for (const [at, change] of inventWork(n, received, now)) await changeLead(services, id, change, operator, at);
  });
  await Promise.all(work);
  return { leads, seconds: Math.round((performance.now() - begun) / 100) / 10 };
}

/** What was done with the nth of the latest leads, and when: a few hours to some days after it came. */
function inventWork(n: number, received: Date, now: Date): [Date, LeadChange][] {
  const reached = lead_statuses.slice(1, lead_statuses.indexOf(progress_of_ten[n % 10]!) + 1);
  return reached.flatMap((status, step) => {
    const at = new Date(received.getTime() + (step ** 2 * 2 + (1 + (n % 7)) / 10) * day_ms);
    const assigned_to = sales_people[n % sales_people.length]!;
    return at < now ? [[at, { status, assigned_to }]] : [];
  });
}

/** The keys that the server uses too: of the environment, of `.dev.vars`, or those of development. */
function openKeys(target: string | undefined) {
  const read = readSettings(readEnvironment(target), 'node');
  if ('mistakes' in read) throw new Mistake(read.mistakes.join('\n'));
  const { encryption_keys, index_key, signing_key } = read.settings;
  return { vault: createVault(encryption_keys, index_key), signer: createSigner(signing_key) };
}

function readEnvironment(target: string | undefined): Environment {
  if (target) return parseEnv(readFileSync('.dev.vars', 'utf8'));
  if (process.env.NODE_ENV === 'production') return process.env;
  return fillInKeys(process.env, findFolder(databaseUrl()));
}

/** A bar on a terminal, a line for each tenth elsewhere; both on stderr. */
function createProgress(whole: number) {
  let told = 0;
  return (done: number) => {
    const tenths = Math.floor((done / whole) * 10);
    if (process.stderr.isTTY) {
      const filled = Math.floor((done / whole) * 40);
      process.stderr.write(`\r${'█'.repeat(filled)}${'░'.repeat(40 - filled)} ${done.toLocaleString('en')} leads`);
      if (done === whole) process.stderr.write('\n');
    } else if (tenths > told) process.stderr.write(`${done} of ${whole}\n`);
    told = tenths;
  };
}
