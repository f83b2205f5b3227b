import { createSolver } from '../../worker/shared/proof-of-work.ts';
import type { Answer } from '../server.ts';

/** A solved challenge, or the server's answer when it gave none. */
interface Proof extends Answer {
  challenge?: string;
}

/** Use of a challenge, in ms: it holds for ten minutes, and the last one is left for the request. */
const good_ms = 9 * 60_000;

/** A slice of work, plus one step of the solver, stays far below the 50 ms that a person would notice. */
const slice_ms = 8;

/**
 * The proof of work of one form: asked for and solved in the background, then kept until it is dropped or grows old.
 *
 * @param ask Fetches a challenge.
 */
export function createProofs(ask: () => Promise<Answer>) {
  let proof: Promise<Proof> | undefined;
  let old_at = 0;

  return {
    /** The proof at hand or under way, or a new one. */
    take(): Promise<Proof> {
      if (!proof || Date.now() > old_at) {
        old_at = Date.now() + good_ms;
        proof = make();
      }
      return proof;
    },

    drop() {
      proof = undefined;
    },
  };

  async function make(): Promise<Proof> {
    const answer = await ask();
    const challenge = answer.body?.challenge;
    return challenge?.length > 32 ? { ...answer, challenge: await solve(challenge) } : answer;
  }
}

async function solve(challenge: string): Promise<string> {
  const step = createSolver(challenge);
  for (;;) {
    const end = performance.now() + slice_ms;
    do {
      const solved = step();
      if (solved) return solved;
    } while (performance.now() < end);
    await new Promise(resolve => setTimeout(resolve));
  }
}
