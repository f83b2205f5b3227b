import { expect, it } from 'vitest';
import {
  findUnlisted,
  listFieldShapes,
  listHeaderShapes,
  measureRequest,
  openLongWorld,
} from '../support/long-shapes.ts';

const most_ms = 5;

it('nothing of the allowed size takes 5 ms of the processor or ends in 5xx, whatever header, field or parameter it is in', async () => {
  const { app, routes, list } = await openLongWorld();
  expect(findUnlisted(routes)).toEqual([]);
  expect(listHeaderShapes().length).toBeGreaterThanOrEqual(200);
  expect(listFieldShapes().length).toBeGreaterThanOrEqual(200);
  const wrong: string[] = [];
  for (const request of list(false)) {
    const { ms, status } = await measureRequest(app, request, most_ms);
    if (ms > most_ms || status >= 500) wrong.push(`${request.name}: ${ms.toFixed(1)} ms, ${status}`);
  }
  expect(wrong).toEqual([]);
}, 120_000);
