import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { latest_migration } from '../../db/compliance/columns.ts';
import { onlyAdds } from '../../db/migrate.ts';
import released from './released.json' with { type: 'json' };

const folder = 'db/migrations';
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const names = globSync('**/*.sql', { cwd: folder }).map(name => name.replaceAll('\\', '/'));
const frozen = Object.values<Record<string, string>>(released).flatMap(files => Object.entries(files));
const unreleased = names.filter(name => !frozen.some(([known]) => known === name));

it.each(frozen)('the released migration %s is as it was: what it lacks goes into a new one', (name, sha256) => {
  expect(createHash('sha256').update(read(name)).digest('hex')).toBe(sha256);
});

it('what was not released yet comes behind all that was', () => {
  const last = Math.max(...frozen.map(([name]) => numberOf(name)));
  expect(unreleased.filter(name => numberOf(name) <= last)).toEqual([]);
});

it('a migration that says that it adds does nothing else, so that servers of the version before go on', () => {
  const adding = names.filter(name => onlyAdds(name.split('/').at(-1)!));
  expect(adding.flatMap(name => listOthers(read(name)).map(statement => `${name}: ${statement}`))).toEqual([]);
});

it('statements that older servers cannot bear are told from those that they can', () => {
  const fine = [
    'create index leads_by_x on leads (x) where x is not null;',
    'create index leads_by_status_x on leads (status, id, x) where erased_at is null; drop index leads_by_status;',
    'create table more (id text not null primary key) without rowid;',
    'alter table leads add column x text;',
    "alter table leads add column x text not null default '';",
  ];
  const wrong = [
    'create unique index x on leads (x);',
    'alter table leads add column x text not null;',
    'alter table leads drop column form;',
    'alter table leads rename column form to x;',
    "update leads set status = 'new';",
    'drop index leads_by_seq;',
    'drop index leads_by_x;',
    "create trigger x before insert on leads begin select raise(abort, 'x'); end;",
  ];
  expect(fine.flatMap(listOthers)).toEqual([]);
  expect(wrong.flatMap(listOthers)).toEqual(wrong.map(text => text.split(';')[0]));
  for (const other of ['leads (id, status, x) where erased_at is null', 'leads (status, id)', 'keys (status, id, x)']) {
    const [text, dropped] = [`create index leads_by_x on ${other};`, 'drop index leads_by_status'];
    expect(listOthers(`${text} ${dropped};`)).toEqual([dropped]);
  }
});

it('the check of the columns knows the latest migration', () => {
  expect(latest_migration).toBe(
    names
      .filter(name => !name.includes('/'))
      .sort()
      .at(-1),
  );
});

function numberOf(name: string): number {
  return Number(/\d{4}/.exec(name)![0]);
}

interface Index {
  name: string;
  /** The table, and the first columns with what follows them. */
  begin: string;
  condition: string;
}

function readIndex(statement: string): Index | undefined {
  const [, name, begin, condition] = /^create index (\w+) on (\w+ \(.*)\)( where .*)?$/.exec(statement) ?? [];
  return name && begin ? { name, begin, condition: condition ?? '' } : undefined;
}

/** Tells whether an index of the tables serves for all that a dropped one did: it begins alike, of the same rows. */
function isReplaced(dropped: string | undefined, created: Index[]): boolean {
  const known = names.flatMap(name =>
    read(name)
      .replace(/^--.*$/gm, '')
      .split(';'),
  );
  const old = known.map(text => readIndex(text.trim())).find(index => index?.name === dropped);
  return created.some(
    ({ begin, condition }) => old && begin.startsWith(`${old.begin},`) && condition === old.condition,
  );
}

/** Lists the statements of a migration that do more than add. */
function listOthers(text: string): string[] {
  const statements = text
    .replace(/^--.*$/gm, '')
    .split(/;\s*(?:end;\s*)?(?:\n|$)|;(?= )/)
    .map(statement => statement.trim())
    .filter(statement => statement && statement !== 'end');
  const created = statements.map(readIndex).filter(index => index !== undefined);
  const isBearable = (statement: string) =>
    /^create (index|table) /.test(statement) ||
    isReplaced(/^drop index (\w+)$/.exec(statement)?.[1], created) ||
    (/^alter table \w+ add column /.test(statement) && !/ not null(?!.* default )/.test(statement));
  return statements.filter(statement => !isBearable(statement));
}
