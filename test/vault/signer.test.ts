import { describe, expect, it } from 'vitest';
import { createSigner, hashReceiptCode, readReceiptCode, readReceiptTime } from '../../db/vault/signer.ts';

const [older, newer] = [Buffer.alloc(32, 4), Buffer.alloc(32, 5)];
const signer = createSigner([older]);
const turned = createSigner([older, newer]);
const subject = { id: '0190b1f0-aaaa-7000-8000-000000000000', received_at: '2026-11-23T04:00:00.000Z' };

describe('what is derived from SIGNING_KEY', () => {
  // Because people hold these codes and the database holds these marks, no release may derive others.
  it('stays the same from release to release, one for each use', () => {
    expect(signer.makeCode('receipt', subject)).toBe('38G6H-Y506R-4KKFX-E8GWM');
    expect(signer.makeCode('reference', subject)).toBe('38G6H-Y50SY-BXH2D-DRYDX');
    expect(signer.makeCode('copy', subject)).toBe('38G6H-Y50C1-G58E8-GRH74');
    expect(hashReceiptCode('38G6H-Y506R-4KKFX-E8GWM')).toBe('_vfzmnqyls3rviJ8Ps70aw');
    expect(signer.idempotencyKeys('lead', 'k')).toEqual(['-MIXh4pkt9yjfAbkdQxSIw']);
    expect(signer.idempotencyKeys('request', 'k')).toEqual(['gttwuWCLTxfu3XciGPC03Q']);
    expect(signer.fingerprints({ a: 1 })).toEqual(['bux4_whADbs8wkozC7qNXw']);
    expect([signer.makeDigits('x'), signer.makeDigits('17')]).toEqual([['478181'], ['007148']]);
    expect(signer.sign('challenge', 'x')).toBe('29007908f1dce0d4d96d386cfb36272c');
    expect(signer.sign('note', 'x')).toBe('d52d3fae720f3abb7ab11a45133f3708');
    expect(signer.openCode('5_6_cbjv8w_NNWcN4MP-LQzoxthvfMbNrVQvdbY')).toBe('A');
  });

  it('is made under the last of several keys, and found under each, that of the last one first', () => {
    const latest = createSigner([newer]);
    expect(turned.makeCode('receipt', subject)).toBe(latest.makeCode('receipt', subject));
    expect(turned.sign('note', 'x')).toBe(latest.sign('note', 'x'));
    expect(turned.idempotencyKeys('lead', 'k')).toEqual(
      [latest, signer].flatMap(one => one.idempotencyKeys('lead', 'k')),
    );
    expect(turned.fingerprints([1])).toEqual([latest, signer].flatMap(one => one.fingerprints([1])));
    expect(turned.makeDigits('x')).toEqual([latest, signer].flatMap(one => one.makeDigits('x')));
    for (const one of [signer, latest]) {
      const code = one.makeCode('copy', subject);
      expect(turned.findCode('copy', subject, hashReceiptCode(code))).toBe(code);
      expect(turned.findCode('receipt', subject, hashReceiptCode(code))).toBeUndefined();
      expect(turned.isSigned('note', 'x', one.sign('note', 'x'))).toBe(true);
    }
    expect(signer.findCode('copy', subject, hashReceiptCode(latest.makeCode('copy', subject)))).toBeUndefined();
    expect(turned.sealCode('A').map(sealed => [latest.openCode(sealed), signer.openCode(sealed)])).toEqual([
      ['A', undefined],
      [undefined, 'A'],
    ]);
    expect(turned.sealCode('A').map(turned.openCode)).toEqual(['A', 'A']);
  });

  it('is no mark of another text, use, key or length', () => {
    const mark = signer.sign('note', 'x');
    expect(signer.isSigned('note', 'x', mark)).toBe(true);
    for (const wrong of ['', mark.slice(2), `${mark}00`, mark.replace(/./, 'a'), 'zz'.repeat(16)])
      expect(signer.isSigned('note', 'x', wrong), wrong).toBe(false);
    expect(signer.isSigned('note', 'y', mark)).toBe(false);
    expect(signer.isSigned('token', 'x', mark)).toBe(false);
    expect(createSigner([newer]).isSigned('note', 'x', mark)).toBe(false);
  });
});

describe('a receipt code', () => {
  it.each([
    '38G6H-Y506R-4KKFX-E8GWM',
    '38g6hy506r4kkfxe8gwm',
    '  38G6H Y506R\u00a04KKFX—E8GWM\n',
    '38G6H-Y5O6R-4KKFX-E8GWM',
    '38G6H-Y506R-4KKFX-E8GWM。',
    '38G6H-Y506R-4KKFX-E8GWM..',
    '.38G6H-Y506R-4KKFX-E8GWM',
    '回执码：38G6H-Y506R-4KKFX-E8GWM',
    '回执码38G6H-Y506R-4KKFX-E8GWM',
    'Receipt code: 38G6H-Y506R-4KKFX-E8GWM.',
    '查询编号：38G6H-Y506R-4KKFX-E8GWM',
    'Reference 38G6H-Y506R-4KKFX-E8GWM',
    '３８Ｇ６Ｈ\u200b-Y506R-4KKFX-E8GWM',
    `38G6H${' '.repeat(178)}Y506R-4KKFX-E8GWM`,
  ])('is read as people type it: %j', typed => expect(readReceiptCode(typed)).toBe('38G6H-Y506R-4KKFX-E8GWM'));

  it('reads I and L as a one', () => expect(readReceiptCode('il'.repeat(10))).toBe('11111-11111-11111-11111'));

  it.each([
    '',
    '38G6H-Y506R-4KKFX-E8GW',
    '38G6H-Y506R-4KKFX-E8GWMM',
    '38G6H-Y506R-4KKFX-E8GWU',
    '3回执码:8G6H-Y506R-4KKFX-E8GWM',
    `38G6H${' '.repeat(179)}Y506R-4KKFX-E8GWM`,
  ])('is not read from %j', typed => expect(readReceiptCode(typed)).toBeUndefined());

  it('tells when the lead was received, to sixteen milliseconds, from 1970 to 2527', () => {
    const range = (received_at: string) => {
      const code = signer.makeCode('receipt', { ...subject, received_at });
      return readReceiptTime(code).map(instant => instant.toISOString());
    };
    expect(range('2026-11-23T04:00:00.015Z')).toEqual(['2026-11-23T04:00:00.000Z', '2026-11-23T04:00:00.016Z']);
    expect(range('1970-01-01T00:00:00.000Z')).toEqual(['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.016Z']);
    expect(range('2526-12-31T23:59:59.999Z')[0]).toBe('2526-12-31T23:59:59.984Z');
  });
});
