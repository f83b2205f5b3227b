import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSolver } from '../../worker/shared/proof-of-work.ts';
import { readProblem, site, start } from '../support/harness.ts';

function solve(challenge: string) {
  const step = createSolver(challenge);
  for (let steps = 1; ; steps++) {
    const answer = step();
    if (answer) return { answer, steps };
  }
}

describe('GET /challenge', () => {
  it('answers puzzles for a form, for ten minutes, never from a cache, to the websites too', async () => {
    const { get } = await start();
    const response = await get('/challenge?form=mini-ai-experience', { Origin: site });
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(site);
    expect(await response.json()).toEqual({
      challenge: expect.stringMatching(/^32\.10\.[0-9a-z]+\.[0-9a-f]{16}\.[0-9a-f]{32}$/),
      expires_at: '2026-11-23T04:10:00.000Z',
    });
  });

  it('never gives the same one twice, and stores nothing', async () => {
    const { get } = await start();
    const answers = await Promise.all(Array.from({ length: 20 }, () => get('/challenge?form=mini-ai-experience')));
    expect(new Set(await Promise.all(answers.map(answer => answer.text()))).size).toBe(20);
  });

  it('refuses a form that does not exist, and a question without one', async () => {
    const { get } = await start();
    expect(await readProblem(await get('/challenge?form=newsletter'))).toMatchObject({ slug: 'unknown-form' });
    expect(await readProblem(await get('/challenge'))).toMatchObject({ status: 422, errors: ['form required'] });
  });
});

describe('the solver', () => {
  const seed = '00112233445566778899aabbccddeeff';

  it('finds numbers whose SHA-256 begins with zeros, the first for each puzzle, in steps', () => {
    for (const [count, bits] of [
      [32, 10],
      [3, 1],
      [1, 14],
    ] as const) {
      const { answer, steps } = solve(`${count}.${bits}.anything.${seed}`);
      const numbers = answer.split('.').at(-1)!.split('-');
      expect(numbers.map(number => Number.parseInt(number, 36))).toEqual(
        Array.from({ length: count }, (_, index) => findFirst(index, bits)),
      );
      const hashes = numbers.reduce((sum, number) => sum + Number.parseInt(number, 36) + 1, 0);
      expect(steps).toBe(Math.ceil(hashes / 500));
    }
  });

  function findFirst(index: number, bits: number): number {
    const block = Buffer.concat([Buffer.from(seed, 'hex'), Buffer.alloc(8)]);
    block.writeUInt32BE(index, 16);
    for (let number = 0; ; number++) {
      block.writeUInt32BE(number, 20);
      const word = createHash('sha256').update(block).digest().readUInt32BE(0);
      if (word < 2 ** (32 - bits)) return number;
    }
  }
});
