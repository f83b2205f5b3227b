import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { keepAnsweredKeys } from '../../worker/http/answered-keys.ts';

it('keeps the keys that were answered lately, and no body that they were a part of', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const keys = keepAnsweredKeys();
  const heldMb = () => {
    collect();
    return process.memoryUsage().heapUsed / 1e6;
  };
  const before = heldMb();
  for (let n = 0; n < 4_000; n++) {
    const body = `form_token=${'k'.repeat(20)}${n}&company=${'x'.repeat(12_000)}${n}`;
    keys.add(/form_token=(\w+)/.exec(body)![1]!);
  }
  expect(heldMb() - before).toBeLessThan(24);
  expect([keys.has(`${'k'.repeat(20)}3999`), keys.has(`${'k'.repeat(20)}4000`)]).toEqual([true, false]);
  for (let n = 0; n < 10_000; n++) keys.add(`other ${n}`);
  expect(keys.has(`${'k'.repeat(20)}3999`)).toBe(false);
});
