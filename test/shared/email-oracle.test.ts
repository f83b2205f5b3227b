import { expect, it } from 'vitest';
import { checkField, checkSpelling, normalizeField } from '../../worker/shared/fields.ts';
import { linear, measureGrowth } from '../support/growth.ts';
import { createRandom, seed, times } from '../support/random.ts';

/**
 * What browsers accept as an address.
 *
 * @see https://html.spec.whatwg.org/#valid-e-mail-address
 */
const oracle =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** Addresses that browsers accept and the product refuses on purpose, by the reason. */
const refused: Record<string, RegExp> = {
  'a host without a dot: nothing that mail from outside reaches': /@[^.]*$/,
  'a dot at an end of the local part, or two together (RFC 5321 §4.1.2)': /^\.|\.\.|\.@/,
  'a local part of more than 64 (RFC 5321 §4.5.3.1)': /^[^@]{65}/,
  'more than 254 characters (RFC 5321 §4.5.3.1, errata 1690)': /^.{255}/,
  'a last label of one letter, of which there is none': /\.[^.]$/,
  'a last label that is a number, in hexadecimal too, of which there is none': /\.(\d+|0x[\da-f]*)$/i,
};
const accepted: Record<string, RegExp> = {
  'letters beyond ASCII: addresses are international (RFC 6531)': /[^\x20-\x7e]/,
  'a sign in the host that browsers allow in the host of a link': /@.*[!$&'*+=_`{}~]/,
};

it('an e-mail address is what browsers take for one, but for the exceptions told here', () => {
  const random = createRandom(seed);
  const met = {
    both: 0,
    neither: 0,
    ...Object.fromEntries([...Object.keys(refused), ...Object.keys(accepted)].map(it => [it, 0])),
  };
  for (let i = 0; i < times(20_000); i++) {
    const typed = makeAddress(random).trim();
    const [ours, theirs] = [checkField('email', typed) === undefined, oracle.test(typed)];
    const reasons = Object.entries(ours ? accepted : refused);
    const reason = reasons.find(([, pattern]) => pattern.test(typed))?.[0];
    if (ours !== theirs) expect(reason, `${typed}: we say ${ours}, browsers ${theirs}`).toBeDefined();
    const verdict = ours === theirs ? (ours ? 'both' : 'neither') : reason!;
    met[verdict as keyof typeof met]++;
  }
  for (const [reason, times] of Object.entries(met)) expect(times, `never met: ${reason}`).toBeGreaterThan(0);
});

it('takes a common address as it is, in any case, up to 254 characters, and no more', () => {
  const longest = `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(58)}.cn`;
  for (const typed of ['z.san+form@example.com', "O'Neil@Example.CO.UK", '张三@例子.中国', 'a@b-c.museum', longest])
    expect(checkField('email', typed), typed).toBeUndefined();
  expect(checkField('email', `${longest}n`)).toBe('too_long');
});

it('takes a host that the domain name system can have, and no other', () => {
  for (const host of [
    'b-c.museum',
    'xn--fsqu00a.xn--fiqs8s',
    '例子.中国',
    'straße.example',
    'ab--cd.cn',
    'i❤.ws',
    '1.2.cn',
    'كتاب.com',
  ])
    expect(checkField('email', `a@${host}`), host).toBeUndefined();
  expect(checkField('email', `a@${'b'.repeat(63)}.cn`)).toBeUndefined();
  expect(checkField('email', `a@${'中'.repeat(54)}.cn`)).toBeUndefined();
  for (const host of [
    ...['b.123', '1.2.3.44', '127.0.0.111', 'b.１２３', 'b.0x1f'],
    ...[`${'b'.repeat(64)}.cn`, `${'中'.repeat(60)}.cn`, `${'中'.repeat(45)}.`.repeat(5).concat('cn')],
    ...['xn--a.cn', 'xn--.cn', 'xn--99999999.cn', 'XN--A.cn', 'b.xn--aa'],
    ...['b/c.cn', 'b.cn/d.cn', 'b?c.cn', 'b#c.cn', 'b%2e.cn', 'b^c.cn', 'b|c.cn', '\u0301b.cn'],
  ])
    expect(checkField('email', `a@${host}`), host).toBe('invalid');
});

it('the widget refuses no address that the server takes, and leaves only hosts to it', () => {
  const random = createRandom(seed);
  for (let i = 0; i < times(5_000); i++) {
    const typed = makeAddress(random);
    const [server, widget] = [checkField('email', typed), checkSpelling('email', typed)];
    if (server !== widget) expect([server, widget], typed).toEqual(['invalid', undefined]);
  }
  expect([checkField('email', 'a@b.123'), checkSpelling('email', 'a@b.123')]).toEqual(['invalid', undefined]);
});

it('folds what full-width keyboards type, and drops what is copied along unseen', () => {
  for (const [typed, stored] of [
    ['ｕｓｅｒ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'user@example.com'],
    ['user＠example.com', 'user@example.com'],
    ['user@example。com', 'user@example.com'],
    ['user@example｡com', 'user@example.com'],
    [' \u200buser@example.com\u2060\ufeff ', 'user@example.com'],
    ['\u202auser@example.com\u202c', 'user@example.com'],
    ['User@例子。中国', 'User@例子.中国'],
  ] as const) {
    expect(checkField('email', typed), typed).toBeUndefined();
    expect(normalizeField('email', typed)).toBe(stored);
  }
  for (const unseen of ['\u200b', '\u200d', '\u00ad', '\u2066', '\ufeff'])
    for (const typed of [`us${unseen}er@example.com`, `user@exam${unseen}ple.com`, `user@example.${unseen}com`])
      expect(checkField('email', typed), JSON.stringify(typed)).toBe('invalid');
});

it('names keep the joiners that Persian, Uyghur and emoji are written with', () => {
  for (const name of ['می\u200cخواهم', 'ئۇيغۇر\u200d', '👩\u200d💻 Ada']) {
    expect(checkField('name', name)).toBeUndefined();
    expect(normalizeField('name', name)).toBe(name);
  }
});

it('takes time linear in a hostile address', () => {
  const check = (typed: string) => checkField('email', typed);
  const fill = (piece: string) => (size: number) => piece.repeat(size / piece.length);
  const hostile = [
    ...['a.', '@', '\ufdfa', '\u200b', ' \u200b', '@a.', 'a@'].map(fill),
    ...['b.', '-'].map(piece => (size: number) => `a@${fill(piece)(size)}`),
  ];
  for (const make of hostile) {
    expect(measureGrowth(make, check, 4_096)).toBeLessThan(linear);
    // Below the longest address, which bounds it, the time may grow by steps.
    expect(measureGrowth(make, check, 62, 200)).toBeLessThan(10 * linear);
  }
});

function makeAddress({ pick, below, digits }: ReturnType<typeof createRandom>): string {
  const letters = [...'abzXY09', ...'--', '..', '.', '_', '+', "'", '张', 'é', '@', ' ', '"', '(', ',', ';', ':', '<'];
  const plain = [...'abzXY09'];
  const word = (from: string[], most: number) => Array.from({ length: 1 + below(most) }, () => pick(from)).join('');
  const label = () =>
    pick([
      () => word(plain, 5),
      () => word(plain, 3),
      () => `x${digits(3)}`,
      () => word(letters, 3),
      () => '',
      () => 'l'.repeat(60 + below(8)),
    ])();
  const local = () =>
    pick([
      () => word(plain, 8),
      () => word(letters, 4),
      () => `${word(plain, 3)}.${word(plain, 3)}`,
      () => 'l'.repeat(60 + below(8)),
    ])();
  if (below(500) === 0) return `${'l'.repeat(60)}@${`${'l'.repeat(55 + below(8))}.`.repeat(4)}cn`;
  return `${local()}${pick(['@', '@', '@', '@', '', '@@'])}${Array.from({ length: 1 + below(4) }, label).join('.')}`;
}
