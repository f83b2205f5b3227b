import { describe, expect, it } from 'vitest';
import { endAccount, signInAccount } from '../../db/staff/accounts.ts';
import { forgetHolders } from '../../db/staff/expire.ts';
import { claimRenewal, failRenewal, keepRenewal } from '../../db/staff/renewals.ts';
import { endSession, findSession, openSession } from '../../db/staff/sessions.ts';
import { engines } from '../support/engines.ts';
import { noon } from '../support/harness.ts';

const person = { issuer: 'https://login.example.com', subject: 'u1', names: ['张伟', 'zhangwei'], role: 'sales' };
const later = (seconds: number) => new Date(noon.getTime() + seconds * 1_000);

describe.each(engines)('accounts on $engine', ({ open }) => {
  it('of people of one name who sign in at once have names of their own', async () => {
    const { db, close } = await open();
    const signIns = ['u1', 'u2', 'u3'].map(subject => signInAccount(db, { ...person, subject }, null, noon));
    expect(new Set((await Promise.all(signIns)).map(({ holder }) => holder)).size).toBe(3);
    await close();
  });

  it('are made once, are forgotten long after their last use, and one request renews a session for all', async () => {
    const { db, close } = await open();
    const both = await Promise.all([signInAccount(db, person, null, noon), signInAccount(db, person, null, noon)]);
    expect(both[0]).toEqual({ ...both[1], holder: '张伟', role: 'sales' });
    const other = await signInAccount(db, { ...person, subject: 'u2' }, null, noon);
    expect(other.holder).toBe('张伟 (zhangwei)');
    const third = await signInAccount(db, { ...person, subject: 'u3' }, null, noon);
    expect(third.holder).toBe(`张伟 (${third.id})`);
    const ended = await openSession(db, third.id, noon, null);
    await endAccount(db, third, { ...third, request_id: null }, noon);
    expect(await findSession(db, ended, later(1), true)).toBeUndefined();
    const elsewhere = await signInAccount(db, { ...person, issuer: 'https://id.example.com' }, null, noon);
    expect(elsewhere.holder).toBe('张伟');

    const session = await openSession(db, other.id, noon, 'first token');
    const [kept] = await db
      .selectFrom('console_sessions')
      .selectAll()
      .where('renewal_sealed', 'is not', null)
      .execute();
    for (const text of Object.values(kept!).map(String))
      for (const read of [text, ...text.split('.').map(part => Buffer.from(part, 'base64url').toString('latin1'))])
        expect(read).not.toContain('first token');
    const vouched_at = noon.toISOString();
    expect(await findSession(db, session, later(1), true)).toMatchObject({ ...other, vouched_at, is_renewable: true });
    const claim = (at: Date, seen = vouched_at) => claimRenewal(db, session, seen, at);
    const claims = await Promise.all([claim(later(1_800)), claim(later(1_800)), claim(later(1_800))]);
    expect(claims.filter(Boolean)).toEqual([{ refresh_token: 'first token' }]);
    expect(await claim(later(1_829))).toBeUndefined();
    expect(await claim(later(1_830))).toEqual({ refresh_token: 'first token' });
    await failRenewal(db, session, later(1_830));
    expect(await claim(later(1_849))).toBeUndefined();
    expect(await claim(later(1_850))).toBeDefined();
    await keepRenewal(db, session, 'second token', later(1_850));
    expect(await claim(later(3_700))).toBeUndefined();
    expect(await claim(later(3_700), later(1_850).toISOString())).toEqual({ refresh_token: 'second token' });
    await endSession(db, session, later(3_701));
    expect(await claim(later(3_800), later(1_850).toISOString())).toBeUndefined();
    const sealed = await db.selectFrom('console_sessions').select('renewal_sealed').execute();
    expect(sealed).toEqual([{ renewal_sealed: null }, { renewal_sealed: null }]);

    const forgetAt = (at: string, dry_run = false) => forgetHolders(db, new Date(at), { dry_run });
    expect(await forgetAt('2029-11-22T00:00:00Z')).toBe(0);
    expect(await forgetAt('2029-11-24T00:00:00Z', true)).toBe(4);
    expect(await forgetAt('2029-11-24T00:00:00Z')).toBe(4);
    const rows = await db.selectFrom('accounts').select(['id', 'issuer', 'subject', 'holder']).orderBy('id').execute();
    const ids = [both[0].id, other.id, third.id, elsewhere.id].sort();
    expect(rows.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      ids.map(id => ({ id, issuer: '', subject: id, holder: '' })),
    );
    await close();
  });
});
