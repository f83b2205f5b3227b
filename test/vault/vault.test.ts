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

  it('[P2] hides lengths in steps of 64 bytes', () => {
    const short = vault.seal('lead-1', { ...values, name: '李' }).sealed.length;
    expect(vault.seal('lead-1', { ...values, name: '李雷' }).sealed.length).toBe(short);
    expect(vault.seal('lead-1', { ...values, name: '李'.repeat(40) }).sealed.length).toBeGreaterThan(short);
  });

  it('finds an e-mail whatever its case and width, and keeps dots and plus signs apart', () => {
    const find = vault.emailIndexes;
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
