import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest begins first, so that all workers end together. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      /\/(browser|node|ops)\/|\/(crm-guide|long-day)\./.test(moduleId) ? 0 : /\/widget\//.test(moduleId) ? 1 : 2;
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** The seed of the random tests, the same for all of a run. Because it is printed, what a run has found can be found again. */
const seed = process.env.TEST_SEED ?? String(Date.now() % 2 ** 31);
console.info(`TEST_SEED=${seed}`);

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: 3,
    isolate: false,
    sequence: { sequencer: LongestFirst },
    env: { TEST_SEED: seed, CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
    globalSetup: 'test/support/postgres.ts',
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
