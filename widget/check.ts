/** Prints the size of each built file, and fails where a budget is overrun: `node widget/build.ts --check`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { readPolicyFiles } from '../worker/policies/file.ts';
import { locales } from '../worker/shared/locales.ts';
import type { WrittenPolicies, WrittenPolicy } from '../worker/shared/written-policies.ts';

/**
 * Brotli bytes allowed, each in both languages, styles included: for the script with the demo site's policy in it, for the script with a large
 * policy and one that is to come, for script and preferences, for the form, and for everything.
 */
const budgets = {
  script: 13_500,
  'script with a large policy': 14_110,
  preferences: 16_270,
  form: 4_825,
  everything: 21_095,
};

/** The cookies of a large policy. */
const many = 30;

/** @param files The text of each file that websites load, by its path. */
export function checkSizes(files: Map<string, string>) {
  const size = (path: RegExp) =>
    [...files].reduce((total, [name, text]) => total + (path.test(name) ? brotliCompressSync(text).length : 0), 0);
  const withPolicies = (policies: WrittenPolicies) =>
    brotliCompressSync(files.get('widget.js')!.replace('})(0)', () => `})(${JSON.stringify(policies)})`)).length;
  const policy = readDemoPolicy();
  const large = enlarge(policy);
  const cookie = { name: 'consent', domain: 'example.com', max_age_days: 182 };
  const script = withPolicies({ cookie, current: policy, next: null });
  const totals = {
    script,
    'script with a large policy': withPolicies({
      cookie,
      current: large,
      next: { ...large, version: '2027-01' },
    }),
    preferences: script + size(/preferences/),
    form: size(/lead-form/),
    everything: script + size(/^widget\/.*\.js$/),
  };
  for (const name of files.keys()) console.log(`${String(size(RegExp(`^${name}$`))).padStart(7)}  ${name}`);
  for (const [name, budget] of Object.entries(budgets)) {
    const total = totals[name as keyof typeof totals];
    console.log(`${String(total).padStart(7)}  ${name}, of ${budget}${total > budget ? ': OVER BUDGET' : ''}`);
    if (total > budget) process.exitCode = 1;
  }
}

function readDemoPolicy(): WrittenPolicy {
  const demo = join(import.meta.dirname, '../worker/demo');
  const files = locales.map(locale => ({
    name: locale,
    text: readFileSync(join(demo, `policy.${locale}.md`), 'utf8'),
  }));
  const read = readPolicyFiles(files, {
    lead_retention_months: { 'mini-ai-experience': 24, 'ecological-cooperation': 24 },
    site_origins: [],
  });
  if ('mistakes' in read) throw new Error(read.mistakes.join('\n'));
  const { version, effective_at, documents } = read.policy;
  const texts = documents.map(({ locale, purposes, forms }) => [
    locale,
    {
      purposes,
      summary: null,
      agreements: Object.fromEntries(forms.map(({ form, agreement }) => [form, agreement])),
    },
  ]);
  return { version, effective_at, choices_hold_since: effective_at, texts: Object.fromEntries(texts) };
}

function enlarge(policy: WrittenPolicy): WrittenPolicy {
  const texts = Object.entries(policy.texts).map(([locale, { purposes, agreements }]) => {
    const cookies = Array.from({ length: many }, (_, at) => ({
      name: `_vendor${at * 37}_id`,
      provider: `Vendor ${(at * 7919) % 97} Ltd`,
      lifetime: `${at + 1} ${locale === 'en' ? 'days' : '天'}`,
      purpose: `${purposes[at % purposes.length]!.description.slice(at % 20)} (${at * 31})`,
    }));
    return [locale, { purposes: purposes.map((it, at) => (at === 1 ? { ...it, cookies } : it)), agreements }];
  });
  return { ...policy, texts: Object.fromEntries(texts) };
}
