import { describe, expect, it } from 'vitest';
import { createVault } from '../../db/vault/vault.ts';

const keks = [1, 2].map(n => ({ id: `k${n}`, key: Buffer.alloc(32, n) }));
const index_key = Buffer.alloc(32, 9);
const other_index_key = Buffer.alloc(32, 8);
const values = { name: '欧阳小明', phone: '+8613800138000', email: 'a@example.com', company: '小视' };
const vault = createVault(keks, [index_key]);

describe('the vault', () => {
  it('opens what it sealed, never twice the same ciphertext', () => {
    const one = vault.seal('lead-1', values);
    const two = vault.seal('lead-1', values);
    expect(vault.open('lead-1', one.sealed, one.keys)).toEqual(values);
    expect(one.sealed).not.toBe(two.sealed);
    expect(one.keys.wrapped).not.toBe(two.keys.wrapped);
    expect(one.keys).toMatchObject({ phone_index: two.keys.phone_index, email_index: two.keys.email_index });
  });

  it('encrypts with the last key and decrypts with all', () => {
    const old = createVault(keks.slice(0, 1), [index_key]).seal('lead-1', values);
    expect(old.keys.kek_id).toBe('k1');
    expect(vault.seal('lead-1', values).keys.kek_id).toBe('k2');
    expect(vault.open('lead-1', old.sealed, old.keys)).toEqual(values);
    const retired = createVault(keks.slice(1), [index_key]);
    expect(() => retired.open('lead-1', old.sealed, old.keys)).toThrow('k1');
  });

  it('[P2] does not open in another row, under another key id, nor when one bit differs', () => {
    const { sealed, keys } = vault.seal('lead-1', values);
    const other = vault.seal('lead-2', values);
    expect(() => vault.open('lead-2', sealed, keys)).toThrow();
    expect(() => vault.open('lead-2', sealed, other.keys)).toThrow();
    expect(() => vault.open('lead-1', sealed, { ...keys, kek_id: 'k1' })).toThrow();
    const flip = (text: string, at: number) => {
      const bytes = Buffer.from(text, 'base64url');
      bytes[at]! ^= 1;
      return bytes.toString('base64url');
    };
    const payload = sealed.slice(2);
    for (const at of [0, 12, Buffer.from(payload, 'base64url').length - 1]) {
      expect(() => vault.open('lead-1', `1.${flip(payload, at)}`, keys)).toThrow();
      expect(() => vault.open('lead-1', sealed, { ...keys, wrapped: flip(keys.wrapped, at % 60) })).toThrow();
    }
    expect(() => vault.open('lead-1', `2.${payload}`, keys)).toThrow();
    expect(() => vault.open('lead-1', '1.AAAA', keys)).toThrow();
  });

  it('makes the indexes, and opens what was sealed, of every earlier release', () => {
    expect(vault.index(values)).toEqual({
      phone_index: 'CxH4tUw-idQP3mfyycTZZA',
      email_index: '7GVCpfbG8vpluJ_HWUJfXw',
      index_version: '2.fcfa3475',
    });
    expect(vault.phoneIndexes(values.phone)).toEqual(['CxH4tUw-idQP3mfyycTZZA']);
    expect(vault.emailIndexes(values.email)).toEqual(['7GVCpfbG8vpluJ_HWUJfXw']);
    const wrapped = 'jLXjCO5qBbsXEKPMuj39NlDUnLfjP3cRtMJb6u2nsg-kLTb1xO0v0DePDgtwS13xxSVKeCtbzdueRfwG';
    const lead =
      '1.BjGxqHJY-WuToah_UneEs_d8yctyszaK2eLwlwcjPbRIqVdEFxjO49u2XGUywDEHu_ExbLE_ZH-BkIlo2TKzKRtPMz_6jhCIFKqLyBjDag1I97tG8En3nmvX3mh5ehZisSp2OaIyF4rB0HEd_iX1mq4ZjxgXCXKyMXFoeEzX2hG0a7yi58Wf47GBuRgEFk-V-ESRUUJChyk4R5yW';
    expect(vault.open('lead-1', lead, { kek_id: 'k2', wrapped })).toEqual(values);
    const note =
      '1.XyujOXihngyuRtOOQ2Q2JCGQJBBb_mO4T3ENLoUvj9XwZ1Pm8BAR7WscWEPrVqpRAy4VXQwqTm2-p94E6jBECXvB9_Umoo2eg0zQirWjMADSwEhfplgql4oTcj8';
    expect(vault.openText('lead-1', 'note', note, { kek_id: 'k2', wrapped })).toBe('要两套报价');
    const channel =
      '1.KzmJs6AA1Bepq-PzCSBcV511i3lN_98_DwqAb-q-c1qr53LhFzn9p_nwOVg6zmkedCNZex4faK8wbW2fX7mFcWXTFnjmC239iirIKZsqaTg5eBtoB2Dl7_XYHJo';
    const own = 'zLOcyy-KQUyVpZNrKtbe1gvtf8VqOE7shVlFr4OxAPlhLQi16GyE-j1JquITSTNUyivvoHueWQlZ0kNV';
    expect(vault.openOwn('channel', 'c1', channel, { kek_id: 'k2', wrapped: own })).toBe('{"a":1}');
  });

  it('keeps the key that a subject has already, and says whom each new one is', () => {
    const { sealed, keys, indexes } = vault.seal('lead-1', values);
    expect(indexes).toEqual([keys.phone_index, keys.email_index]);
    const again = vault.seal('lead-1', { ...values, name: '李雷' }, keys);
    expect(vault.unwrap('lead-1', again.keys)).toEqual(vault.unwrap('lead-1', keys));
    expect(vault.open('lead-1', sealed, again.keys)).toEqual(values);
    const own = vault.sealOwn('channel', 'c1', 'one ');
    const other = vault.sealOwn('channel', 'c1', 'two', own.keys);
    expect(vault.openOwn('channel', 'c1', own.sealed, other.keys)).toBe('one');
    expect(vault.unwrap('c1', vault.sealOwn('channel', 'c1', 'x').keys)).not.toEqual(vault.unwrap('c1', own.keys));
    expect(() => vault.openOwn('request', 'c1', own.sealed, own.keys)).toThrow();
    expect(() => vault.openOwn('channel', 'c2', own.sealed, own.keys)).toThrow();
    const text = vault.sealText('lead-1', 'note', '要两套报价', keys);
    expect(vault.openText('lead-1', 'note', text, keys)).toBe('要两套报价');
    expect(() => vault.openText('lead-1', 'hold', text, keys)).toThrow();
    expect(() => vault.open('lead-1', text, keys)).toThrow();
  });

  it('says why it opens nothing: an unknown way of sealing, a value too short, a key that is not listed', () => {
    const { sealed, keys } = vault.seal('lead-1', values);
    expect(() => vault.open('lead-1', `2${sealed.slice(1)}`, keys)).toThrow('sealed in an unknown way: 2');
    for (const empty of ['', '1', '1.'])
      expect(() => vault.open('lead-1', empty, keys)).toThrow('sealed in an unknown');
    const short = (bytes: number) => `1.${Buffer.alloc(bytes).toString('base64url')}`;
    expect(() => vault.open('lead-1', short(27), keys)).toThrow('sealed value too short');
    expect(() => vault.open('lead-1', short(28), keys)).toThrow(/authenticate/);
    expect(() => vault.unwrap('lead-1', { ...keys, kek_id: 'k3' })).toThrow('no key k3 in ENCRYPTION_KEYS');
  });

  it('draws every key and nonce anew, over more draws than one pool of random bytes lasts for', () => {
    const wrapped = Array.from({ length: 300 }, () => vault.seal('lead-1', values));
    const keys = wrapped.map(one => vault.unwrap('lead-1', one.keys).toString('hex'));
    const nonces = wrapped.flatMap(({ sealed, keys }) => [sealed.slice(2, 18), keys.wrapped.slice(0, 16)]);
    expect([new Set(keys).size, new Set(nonces).size]).toEqual([300, 600]);
    for (const key of keys) expect(key).not.toMatch(/0{16}/);
  });

  it('[P2] hides lengths in steps of 64 bytes', () => {
    const short = vault.seal('lead-1', { ...values, name: '李' }).sealed.length;
    expect(vault.seal('lead-1', { ...values, name: '李雷' }).sealed.length).toBe(short);
    expect(vault.seal('lead-1', { ...values, name: '李'.repeat(40) }).sealed.length).toBeGreaterThan(short);
  });

  it('finds an e-mail whatever its case and width, and keeps dots and plus signs apart', () => {
    const find = vault.emailIndexes;
    expect(find('a@b@例子。中国')).toEqual(find('A@b@xn--fsqu00a.xn--fiqs8s'));
    expect(find('a@例子.中国')).not.toEqual(find('a@例子中国'));
    expect(find('a@EXAMPLE.com')).toEqual(find('\u200ba@exam ple.com'));
    expect(find('例a@例_子.cn')).toEqual(find('例A@例_子.CN'));
    expect(find('a@shop.例子.cn')).toEqual(find('a@shop.xn--fsqu00a.cn'));
    expect(find('a@127.1')).not.toEqual(find('a@127.0.0.1'));
    expect(find('a@b/例')).not.toEqual(find('a@b'));
    for (const host of ['例/a', '例:80', '例?x', '例#x']) expect(find(`a@${host}`)).not.toEqual(find('a@xn--fsq'));
    expect(find(' A@Example.com ')).toEqual(find('a@example.com'));
    expect(find('ａ@example.com')).toEqual(find('a@example.com'));
    expect(find('a.b@example.com')).not.toEqual(find('ab@example.com'));
    expect(find('a+x@example.com')).not.toEqual(find('a@example.com'));
    expect(createVault(keks, [other_index_key]).emailIndexes('a@example.com')).not.toEqual(find('a@example.com'));
    expect(vault.phoneIndexes('a@example.com')).not.toEqual(find('a@example.com'));
  });

  it('makes indexes with the last index key and finds by all', () => {
    const both = createVault(keks, [index_key, other_index_key]);
    const other = createVault(keks, [other_index_key]);
    expect(both.index(values)).toEqual(other.index(values));
    expect(both.phoneIndexes(values.phone)).toEqual([
      ...other.phoneIndexes(values.phone),
      ...vault.phoneIndexes(values.phone),
    ]);
    expect(both.emailIndexes(values.email)).toEqual([
      ...other.emailIndexes(values.email),
      ...vault.emailIndexes(values.email),
    ]);
  });
});
