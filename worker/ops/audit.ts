import { type Checkpoint, makeCheckpoint, readCheckpoints } from '../../db/audit/checkpoint.ts';
import { verifyTrail, type WrongPlace } from '../../db/audit/verify.ts';
import { findSigningKeyMistake } from '../../db/vault/check.ts';
import { createCheckpointKey, isSignedBy } from '../../db/vault/checkpoint-key.ts';
import { readSigningKeys } from './keys/read.ts';
import { type Command, defineCommand, Mistake, text } from './run/command.ts';
import { createBar } from './run/progress.ts';
import { database_options, onDatabase, readTarget, type Target } from './run/target.ts';
import { readBytes } from './run/text-file.ts';

const verify = defineCommand({
  name: 'audit verify',
  usage: '[--checkpoint FILE] [--public-key FILE]',
  sentence:
    'Looks through the audit trail for the first place that was edited, inserted, removed, cut off or forked; exits 1 when there is one. A FILE of checkpoints, such as a log, shows also what was written anew. Their signatures are checked with SIGNING_KEY, or with public keys alone.',
  options: { ...database_options, checkpoint: text, 'public-key': text },
  async run({ values, now }) {
    const target = readTarget(values);
    if (values['public-key'] && !values.checkpoint)
      throw new Mistake('--public-key: checks checkpoints; say --checkpoint FILE too');
    const checkpoints = values.checkpoint ? readFile(values.checkpoint, await readPublicKeys(values, target)) : [];
    const onProgress = createBar('events');
    const result = await onDatabase(values, db => verifyTrail(db, { now, checkpoints, onProgress }));
    if ('found' in result) throw new Mistake(describe(result), result);
    return result;
  },
});

const checkpoint = defineCommand({
  name: 'audit checkpoint',
  usage: '',
  sentence:
    'Seals the audit trail and prints a signed line that says where it ends. Keep it where the database is not: `audit verify --checkpoint` holds the trail against it.',
  options: database_options,
  async run({ values, now }) {
    const signing_keys = await readSigningKeys(readTarget(values));
    const line = await onDatabase(values, async db => {
      const mistake = await findSigningKeyMistake(db, signing_keys);
      if (mistake) throw new Mistake(mistake);
      return makeCheckpoint(db, createCheckpointKey(signing_keys[0]!), now);
    });
    if (!line) throw new Mistake('there is nothing to sign yet: the audit trail is empty');
    return line;
  },
});

const public_key = defineCommand({
  name: 'audit public-key',
  usage: '',
  sentence:
    'Prints the public key that checks checkpoints, in PEM, then those of earlier keys in SIGNING_KEY. They cannot sign: give them to whoever audits.',
  options: database_options,
  run: async ({ values }) => (await listPublicKeys(readTarget(values))).join('').trimEnd(),
});

export const audit_commands: Command[] = [verify, checkpoint, public_key];

/** Lists the public keys that belong to SIGNING_KEY, that of the last one first. */
async function listPublicKeys(target: Target): Promise<string[]> {
  return (await readSigningKeys(target)).map(key => createCheckpointKey(key).public_key);
}

/** Reads the public keys of a file, or those that belong to SIGNING_KEY. */
async function readPublicKeys(values: { 'public-key'?: string }, target: Target): Promise<string[]> {
  const path = values['public-key'];
  if (!path) return listPublicKeys(target);
  const keys = readWhole(path).match(/-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----/g);
  if (!keys) throw new Mistake(`${path}: expected public keys in PEM, as audit public-key prints them`);
  return keys;
}

function readWhole(path: string): string {
  return readBytes(path, 'nothing was verified').toString('utf8');
}

function readFile(path: string, public_keys: string[]): Checkpoint[] {
  const read = readCheckpoints(readWhole(path), (signed, signature) =>
    public_keys.some(key => isSignedBy(key, signed, signature)),
  );
  if ('wrong_line' in read)
    throw new Mistake(
      `${path}, line ${read.wrong_line}: the checkpoint is damaged, or signed with another key: of one that SIGNING_KEY no longer lists, keep the public key and say --public-key`,
    );
  if (read.checkpoints.length === 0) throw new Mistake(`${path}: there is no checkpoint in it`);
  return read.checkpoints;
}

/** Says what is wrong with a trail in one sentence. */
function describe({ found, what, from_seq, to_seq }: WrongPlace): string {
  const numbers = from_seq === to_seq ? `number ${from_seq}` : `numbers ${from_seq} to ${to_seq}`;
  return `${found.replace('_', ' ')}, ${numbers}: ${sentences[what][found]}`;
}

const sentences: Record<WrongPlace['what'], Partial<Record<WrongPlace['found'], string>>> = {
  event: {
    edited: 'an event, or the leads that it names, was edited after it was sealed.',
    inserted: 'an event was inserted that no act wrote.',
    removed: 'an event was removed; later ones are there.',
    cut_off: 'the events are gone to the end: the trail was cut off.',
  },
  subject: { inserted: 'a lead is named for an event that is not there.' },
  seal: {
    edited: 'the seal of this range was edited.',
    removed: 'the seal of this range was removed; later ones are there.',
    forked: 'the seal of this range does not continue the one before: the trail forks, or was written anew from here.',
  },
  checkpoint: {
    forked: 'the trail agrees with itself, but not with the checkpoint: it forked, or was written anew, in this range.',
    cut_off: 'the checkpoint knows these events, the trail does not: it was cut off.',
  },
};
