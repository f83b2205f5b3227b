import { accessSync, constants, existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';

const root = join(import.meta.dirname, '../..');
const { scripts, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
  engines: { node: string };
};

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Job {
  'runs-on': string;
  'timeout-minutes'?: number;
  permissions?: Record<string, string>;
  strategy?: { matrix: { node: number[] } };
  env?: Record<string, string>;
  steps: Step[];
}
interface Workflow {
  on: object;
  permissions?: Record<string, string>;
  concurrency?: object;
  jobs: Record<string, Job>;
}

function read<T>(path: string): T {
  const document = parseDocument(readFileSync(join(root, path), 'utf8'));
  expect([...document.errors, ...document.warnings], path).toEqual([]);
  return document.toJS() as T;
}

const workflows = globSync('.github/workflows/*.yml', { cwd: root }).map(path => [path, read<Workflow>(path)] as const);
const jobs = workflows.flatMap(([path, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => [`${path}, ${name}`, job] as const),
);

describe('.github/workflows', () => {
  it('run .ci/run on the oldest Node that is promised and on the newest, each on its own Node', () => {
    const found = jobs.filter(([, { steps }]) => steps.some(({ run }) => run === '.ci/run'));
    expect(found.map(([name]) => name)).toEqual(['.github/workflows/ci.yml, test']);
    const { strategy, env } = found[0]![1];
    expect(strategy!.matrix.node).toEqual([Number(/\d+/.exec(engines.node)![0]), 24]);
    expect(env).toEqual({ OWN_NODE: '1' });
    accessSync(join(root, '.ci/run'), constants.X_OK);
    expect(readFileSync(join(root, '.ci/run'), 'utf8')).toContain('OWN_NODE');
  });

  it('ask every week whether a package that is shipped has a known weakness', () => {
    const asking = workflows.filter(([, { jobs }]) =>
      Object.values(jobs).some(({ steps }) => steps.some(({ run }) => run === 'npm run advisories')),
    );
    expect(asking.map(([, { on }]) => on)).toMatchObject([
      { schedule: [{ cron: expect.stringMatching(/^\d+ \d+ \* \* 1$/) }] },
    ]);
  });

  it.each(workflows)('%s may read only, unless a job says more, and two runs do not meet', (_, workflow) => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(workflow.concurrency).toBeDefined();
    expect(workflow.on).toBeDefined();
  });

  it.each(jobs)('%s ends in time, runs scripts that exist, and takes fixed actions of GitHub itself', (_, job) => {
    expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
    expect(job['runs-on']).toMatch(/^ubuntu-/);
    expect(job.steps.length).toBeGreaterThan(1);
    for (const { run, uses, with: given } of job.steps) {
      expect(Boolean(run) !== Boolean(uses)).toBe(true);
      if (uses) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
      if (uses?.startsWith('actions/checkout@')) expect(given).toMatchObject({ 'persist-credentials': false });
      if (uses?.startsWith('actions/setup-node@')) expect(given).toMatchObject({ cache: 'npm' });
      const [, script] = /^npm run (?:-s )?([\w:-]+)/.exec(run ?? '') ?? [];
      if (script) expect(scripts).toHaveProperty([script]);
      else if (run && run !== 'npm ci') expect(existsSync(join(root, run.split(' ')[0]!)), run).toBe(true);
    }
  });
});

describe('.github/ISSUE_TEMPLATE', () => {
  interface Form {
    name: string;
    description: string;
    body: { type: string; id?: string; attributes: { label?: string; value?: string } }[];
  }
  const forms = globSync('.github/ISSUE_TEMPLATE/*.yml', { cwd: root }).filter(path => !path.endsWith('/config.yml'));

  it.each(forms)('%s has a name, and questions with a label and an id each', path => {
    const { name, description, body } = read<Form>(path);
    expect(name && description).toBeTruthy();
    const questions = body.filter(({ type }) => type !== 'markdown');
    expect(questions.length).toBeGreaterThan(0);
    for (const { type, id, attributes } of questions) {
      expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
      expect(id && attributes.label).toBeTruthy();
    }
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
  });
});
