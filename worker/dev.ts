/**
 * Runs `wrangler dev` for `npm run dev`, and ends it together with npm. Because neither npm's shell nor wrangler passes a
 * signal on, the Worker would go on without anybody who could stop it.
 */
import { spawn } from 'node:child_process';
import { watchNpm } from './node/end/npm-parent.ts';

const wrangler = [
  '--env-file=worker/dev.env',
  'node_modules/wrangler/bin/wrangler.js',
  'dev',
  ...process.argv.slice(2),
];
const child = spawn(process.execPath, wrangler, { stdio: 'inherit' });
const stop = () => child.kill('SIGTERM');
child.once('exit', code => process.exit(code ?? 1));
process.on('SIGINT', () => {});
process.on('SIGTERM', stop);
watchNpm(process.env, stop);
