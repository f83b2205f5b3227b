import { askNpm } from './shipped.ts';

/** Asks npm's registry whether a package that the product ships has a known weakness. If so, it says which and exits with 1. */
try {
  process.stdout.write(askNpm(['audit']));
} catch (error) {
  const { stdout, status } = error as { stdout?: string; status?: number | null };
  process.stdout.write(stdout ?? '');
  process.exitCode = status || 1;
}
