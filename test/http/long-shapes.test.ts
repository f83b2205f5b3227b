import { expect, it } from 'vitest';
import { findSlow, findUnlisted, listFieldShapes, listHeaderShapes } from '../support/long-shapes.ts';

it('nothing of the allowed size takes 5 ms of the processor or ends in 5xx, whatever header, field or parameter it is in', async () => {
  expect(await findUnlisted()).toEqual([]);
  expect(listHeaderShapes().length).toBeGreaterThanOrEqual(200);
  expect(listFieldShapes().length).toBeGreaterThanOrEqual(200);
  expect((await findSlow(false)).wrong).toEqual([]);
}, 120_000);
