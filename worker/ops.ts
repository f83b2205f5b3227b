import { operate } from './ops/run/operate.ts';

process.exitCode = await operate(process.argv.slice(2));
