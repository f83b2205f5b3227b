import { defineConfig } from 'vitest/config';
import { subjects } from './subjects.ts';

// Each file is loaded anew for each run, because a mutant may stand in what a module does once.
export default defineConfig({
  test: {
    include: subjects[process.env.MUTATE!]!.tests.map(name => `test/${name}.test.ts`),
    isolate: true,
    setupFiles: 'test/mutate/load.ts',
    env: { TEST_SEED: '1', TEST_ENGINES: 'SQLite', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
