import { audit_commands } from './audit.ts';
import { backup_commands } from './backup.ts';
import { calendar_load } from './calendar.ts';
import { channel_commands } from './channel.ts';
import { check } from './check/check.ts';
import { compliance } from './compliance.ts';
import { expire } from './expire.ts';
import { hold_commands } from './hold.ts';
import { keys_rotate } from './keys/rotate.ts';
import { keys_status } from './keys/status.ts';
import { migrate_command } from './migrate.ts';
import { policy_publish } from './policy.ts';
import { prepare_dev } from './prepare-dev.ts';
import { record } from './record.ts';
import type { Command } from './run/command.ts';
import { seed } from './seed.ts';
import { token_commands } from './token.ts';

/** Every command of the operator. */
export const commands: Command[] = [
  ...token_commands,
  policy_publish,
  ...hold_commands,
  ...channel_commands,
  expire,
  check,
  compliance,
  record,
  calendar_load,
  ...audit_commands,
  ...backup_commands,
  keys_rotate,
  keys_status,
  migrate_command,
  seed,
  prepare_dev,
];
