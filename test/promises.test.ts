import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** The promises of the published privacy policy, by id, each in a few words. */
const promises: Record<string, string> = {
  C1: 'the form for trying Mini AI takes name, phone, email and company, and refuses anything else',
  C2: 'the cooperation form takes the same four, for a purpose of its own',
  C3: 'a row holds no address, browser, referrer or page of a visitor',
  C4: 'consent is asked for, and stored with the lead: version, digest and language of what was shown',
  C5: 'consent is taken back as easily as it was given, with effect at once',
  C6: 'a refusal is not asked about again until the policy asks for more, or half a year has passed',
  K1: 'rejecting cookies is as easy as accepting them, and the site works without them',
  K2: 'what was not granted never runs; what it left behind goes on withdrawal',
  K3: 'every choice, a refusal too, is kept on the server as it was made, and none is lost or doubled',
  S1: 'no other host learns anything of a visitor',
  P1: 'what is sent travels encrypted, and no cookie of ours goes over plain http',
  P2: 'what is stored is sealed under a key of each lead',
  P3: 'staff see masked values unless their role and a stated purpose open them',
  P5: 'backups are made, and no erased lead is readable from any',
  P6: 'the data stays in the declared region, which can be mainland China',
  P8: 'nothing is kept longer than the period stated for its purpose',
  P10: 'logs are kept for six months or more, and hold no personal data',
  R1: 'people see what is held about them',
  R2: 'people get a copy of it',
  R3: 'people have it corrected',
  R4: 'people have it deleted',
  R5: 'people withdraw their consent',
  V1: 'old versions of the policy stay readable, byte for byte',
  V2: 'a significant change is announced, and asks again where a minor one does not',
  M1: 'what is known to be about a child under 14 is erased at once',
  A1: 'every act on personal data is on record, before or with the act',
};

interface Test {
  file: string;
  ids: string[];
  /** Names of the test's groups, and its own. */
  name: string;
}

/** Lists the tests, and groups of tests, whose name begins with the ids of promises. */
function listTests(): Test[] {
  return readTests().flatMap(({ file, text }) =>
    [...text.matchAll(/^( *).*?(['"`])((?:\[[A-Z]\d+\] )+)(.+?)\2/gm)].map(found => {
      const [, indent, , ids, name] = found as unknown as string[];
      const groups = listGroups(text.slice(0, found.index), indent!.length);
      return { file, ids: ids!.match(/\w+/g)!, name: [...groups, name].join(' › ') };
    }),
  );
}

function readTests(): { file: string; text: string }[] {
  const files = globSync('**/*.test.ts', { cwd: import.meta.dirname }).sort();
  return files.map(file => ({ file, text: readFileSync(join(import.meta.dirname, file), 'utf8') }));
}

/**
 * Lists the names of the groups that are still open at the end of a text: the last one of each indentation
 * below a test's.
 */
function listGroups(text: string, indentation: number): string[] {
  const titled = /^( *)describe(?:\S*?\(|[\s\S]*?\)\(\s*)(['"`])(?:\[\w+\] )*(.+?)\2/gm;
  const open: { depth: number; name: string }[] = [];
  for (const [, { length: depth }, , name] of text.matchAll(titled) as Iterable<[string, string, string, string]>) {
    while (open.length > 0 && open.at(-1)!.depth >= depth) open.pop();
    open.push({ depth, name });
  }
  return open.filter(({ depth }) => depth < indentation).map(({ name }) => name);
}

const tests = listTests();

function writePage(): string {
  const rows = Object.entries(promises).flatMap(([id, promise]) => {
    const proofs = tests.filter(({ ids }) => ids.includes(id)).map(describeTest);
    const [first = 'no test yet', ...others] = proofs;
    return [`| ${id} | ${promise} | ${first} |`, ...others.map(proof => `| | | ${proof} |`)];
  });
  return `# Promises and the tests that prove them

A privacy policy is true only as far as something checks it. This page lists each promise with the tests that carry
its id in their name, like \`[A1]\`. A test proves what its name says, which may be a part of the promise; where a row
says "no test yet", nothing proves that promise so far. \`npm run promises\` writes this page, and \`npm test\` checks it.

| id | promise | tests |
|---|---|---|
${rows.join('\n')}
`;
}

/** Writes a cell of the table, with Markdown's marks in a name escaped. */
function describeTest({ file, name }: Test): string {
  const plain = name.replaceAll('\\', '').replace(/[_*|<`]/g, '\\$&');
  return `[${file}](../test/${file}): ${plain}`;
}

it('names of tests carry ids of promises as [A1], of cases as case A1, of refusals as code R3', () => {
  expect(tests.flatMap(({ ids }) => ids).filter(id => !(id in promises))).toEqual([]);
  const bare = readTests().flatMap(({ file, text }) =>
    [...text.matchAll(/\((['"`])([ACKLMPRSVW]\d+\b.*?)\1, /g)].map(([, , name]) => `${file}: ${name}`),
  );
  expect(bare).toEqual([]);
});

it('docs/promises.md tells of each promise which tests prove it (after a change: npm run promises)', async () => {
  await expect(writePage()).toMatchFileSnapshot('../docs/promises.md');
});
