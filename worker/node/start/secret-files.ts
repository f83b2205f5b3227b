import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { asWritten } from '../../settings/views.ts';
import { type Environment, settings_table } from '../../settings.ts';

const largest_bytes = 64 * 1024;

/** The settings of which not everything may be shown, and what OpenTelemetry presents to a collector. */
const secret_names = [
  ...Object.entries(settings_table)
    .filter(([, row]) => !('view' in row) || row.view !== asWritten)
    .map(([name]) => name),
  ...['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'],
];

/** These lines say what is wrong with files of secrets, by the name of the setting. */
type Unread = Map<string, string>;

/**
 * Reads the secrets that stand in files: `INDEX_KEY_FILE=/run/secrets/index_key` stands for `INDEX_KEY` with the content of
 * that file, without the line break at its end.
 *
 * @returns The environment with them, and what is wrong. No line repeats a path, because somebody may have written the
 * secret itself there.
 */
export function readSecretFiles(environment: Environment): { environment: Environment; unread: Unread } {
  const read: Environment = { ...environment };
  const unread: Unread = new Map();
  for (const name of secret_names) {
    const path = environment[`${name}_FILE`]?.trim();
    if (!path) continue;
    const secret = environment[name]?.trim()
      ? { mistake: `${name} is set too; leave one of them out` }
      : readSecret(path);
    if ('text' in secret) read[name] = secret.text;
    else unread.set(name, `${name}_FILE: ${secret.mistake}`);
  }
  return { environment: read, unread };
}

/**
 * Reads one file. Because a pipe can be read only once, and may never end, only a regular file is read. It is opened
 * without waiting, as a pipe would have a start do until somebody writes to it.
 */
function readSecret(path: string): { text: string } | { mistake: string } {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const about = fstatSync(file);
    if (!about.isFile()) return { mistake: 'what it names is not a file' };
    if (about.size > largest_bytes) return { mistake: 'its file is larger than 64 KiB' };
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)).replace(/\r?\n$/, '');
    return text.trim() ? { text } : { mistake: 'its file is empty' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof TypeError) return { mistake: 'its file is not UTF-8' };
    return { mistake: `its file cannot be read (${code})` };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
