import { expect, it } from 'vitest';
import { firstIdAt, newId, timeOf } from '../db/ids.ts';
import { noon } from './support/harness.ts';

it('ids are UUIDv7 in the order in which they were made, however many in one millisecond, and carry their instant', () => {
  const ids = Array.from({ length: 10_000 }, () => newId(noon));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter(id => !/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toEqual(
    [],
  );
  expect(new Set(ids.map(id => timeOf(id).getTime()))).toEqual(new Set([noon.getTime()]));
});

it('a range of times is a range of ids', () => {
  const at = (ms: number) => new Date(noon.getTime() + ms);
  const before = newId(at(-1));
  const id = newId(noon);
  const after = newId(at(1));
  expect([after, firstIdAt(at(1)), id, firstIdAt(noon), before].toSorted()).toEqual([
    before,
    firstIdAt(noon),
    id,
    firstIdAt(at(1)),
    after,
  ]);
  expect(firstIdAt(new Date('0000-01-01T00:00:00Z')) < before).toBe(true);
  expect(firstIdAt(new Date('9999-12-31T23:59:59Z')) > after).toBe(true);
});
