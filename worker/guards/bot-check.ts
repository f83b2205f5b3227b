import { createHash, randomBytes } from 'node:crypto';
import type { Proof } from '../../db/once/spend.ts';
import type { Signer } from '../../db/vault/signer.ts';
import { type Form, findForm } from '../shared/fields.ts';

/**
 * Reason for which a check was not passed. After `early` the same values may be sent again; every other reason needs
 * a new check.
 */
export type Failure = 'missing' | 'wrong' | 'early' | 'expired' | 'spent';

/** The purpose of a bot check: one of the forms, or a request. */
export type Posted = Form | 'requests';

/** Finds what a bot check is for by its name. */
export function findPosted(name: unknown): Posted | undefined {
  return name === 'requests' ? name : findForm(name);
}

/** The fields of a bot check, as they were sent. */
export interface BotCheckFields {
  challenge?: unknown;
  form_token?: unknown;
  website?: unknown;
}

/**
 * Puzzles of a challenge and bits of each: 32,000 hashes, give or take a sixth. They take 50–75 ms on a desktop, 0.6 s
 * on a phone eight times slower.
 */
const puzzle_count = 32;
const puzzle_bits = 10;

const challenge_ms = 10 * 60_000;
const token_least_ms = 3_000;
const token_most_ms = 24 * 3_600_000;

const challenge_format = /^(\d+)\.(\d+)\.([0-9a-z]{1,9})\.[0-9a-f]{16}$/;
const token_format = /^([0-9a-z]{1,9})\.[0-9a-f]{16}$/;

/** Creates a challenge for a form, as `createSolver` of proof-of-work.ts takes it. Nothing is stored. */
export function issueChallenge(signer: Signer, form: Posted, now: Date): { challenge: string; expires_at: Date } {
  const expires_at = new Date(now.getTime() + challenge_ms);
  const text = `${puzzle_count}.${puzzle_bits}.${writeInstant(expires_at)}.${makeNonce()}`;
  return { challenge: `${text}.${signer.sign('challenge', `${form} ${text}`)}`, expires_at };
}

/** Creates a token for a page of a form, which holds when the page was rendered. Nothing is stored. */
function issueFormToken(signer: Signer, form: Posted, now: Date): string {
  const text = `${writeInstant(now)}.${makeNonce()}`;
  return `${text}.${signer.sign('form_token', `${form} ${text}`)}`;
}

/** Checks the fields of a bot check: a solved challenge, or a page's token with the trap left empty. */
export function checkBot(
  signer: Signer,
  form: Posted,
  { challenge, form_token, website }: BotCheckFields,
  now: Date,
): Proof | Failure {
  if (typeof challenge === 'string' && challenge) return checkAnswer(signer, form, challenge, now);
  if (typeof form_token !== 'string') return 'missing';
  return website === '' ? checkFormToken(signer, form, form_token, now) : 'wrong';
}

/** Returns a page's token where it can still be sent, now or in a moment, else a new one. */
export function keepToken(signer: Signer, form: Posted, token: unknown, now: Date): string {
  const checked = typeof token === 'string' ? checkFormToken(signer, form, token, now) : 'missing';
  return typeof checked === 'object' || checked === 'early' ? (token as string) : issueFormToken(signer, form, now);
}

/**
 * Reads the mark of a page's token, by which it is known; undefined for any other text. The mark itself is not checked.
 */
export function readMark(form_token: unknown): string | undefined {
  return typeof form_token === 'string' ? splitMark(form_token).mark || undefined : undefined;
}

function checkAnswer(signer: Signer, form: Posted, answer: string, now: Date): Proof | Failure {
  const { text, mark, rest } = splitMark(answer);
  const [, count, bits, expires] = challenge_format.exec(text) ?? [];
  if (!expires || !signer.isSigned('challenge', `${form} ${text}`, mark)) return 'wrong';
  const expires_at = readInstant(expires);
  if (expires_at <= now) return 'expired';
  const numbers = rest.split('-');
  const solved = numbers.length === Number(count) && numbers.every((it, n) => isSolution(mark, n, it, Number(bits)));
  return solved ? { proof: mark, expires_at } : 'wrong';
}

/** Checks the solution of one puzzle, with another implementation of the hash than the page's own. */
function isSolution(mark: string, index: number, number: string, bits: number): boolean {
  const block = Buffer.alloc(24);
  block.write(mark, 'hex');
  block.writeUInt32BE(index, 16);
  if (!/^[0-9a-z]{1,6}$/.test(number)) return false;
  block.writeUInt32BE(Number.parseInt(number, 36), 20);
  return createHash('sha256').update(block).digest().readUInt32BE(0) >>> (32 - bits) === 0;
}

function checkFormToken(signer: Signer, form: Posted, token: string, now: Date): Proof | Failure {
  const { text, mark, rest } = splitMark(token);
  const [, rendered] = token_format.exec(text) ?? [];
  if (!rendered || rest || !signer.isSigned('form_token', `${form} ${text}`, mark)) return 'wrong';
  const rendered_at = readInstant(rendered).getTime();
  const age_ms = now.getTime() - rendered_at;
  if (age_ms < token_least_ms) return 'early';
  const expires_at = new Date(rendered_at + token_most_ms);
  return expires_at > now ? { proof: mark, expires_at } : 'expired';
}

/** Splits `text.mark.rest`, the mark in 32 hexadecimal digits. */
function splitMark(value: string): { text: string; mark: string; rest: string } {
  const [, text = '', mark = '', rest = ''] =
    /^([0-9a-z.]{1,80})\.([0-9a-f]{32})(?:\.([0-9a-z-]{1,400}))?$/.exec(value) ?? [];
  return { text, mark, rest };
}

function makeNonce(): string {
  return randomBytes(8).toString('hex');
}

function writeInstant(instant: Date): string {
  return instant.getTime().toString(36);
}

function readInstant(text: string): Date {
  return new Date(Number.parseInt(text, 36));
}
