/** Fails when the Worker, as `npm run deploy` would upload it, is larger than its budget. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const budget_kib = 110;

const folder = mkdtempSync(join(tmpdir(), 'lead-consent-worker-'));
const env = { ...process.env, CI: '1', WRANGLER_HIDE_BANNER: 'true', WRANGLER_SEND_METRICS: 'false' };
const built = spawnSync('wrangler', ['deploy', '--dry-run', '--outdir', folder], { encoding: 'utf8', env });
if (built.status !== 0) throw new Error(built.stdout + built.stderr);
const kib = gzipSync(readFileSync(join(folder, 'index.js')), { level: 9 }).length / 1024;
rmSync(folder, { recursive: true });
process.stdout.write(`${kib.toFixed(1).padStart(7)}  KiB gzip, the Worker, of ${budget_kib}\n`);
if (kib > budget_kib) process.exitCode = 1;
