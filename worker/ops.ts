import { operate } from './ops/operate.ts';

process.exitCode = await operate(process.argv.slice(2));
