import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Lists the code blocks of a documentation page under one of its headings, with the language of each, and the
 * host filled in.
 */
export function readExamples(page: string, heading: string, host: string): { language: string; code: string }[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs', page), 'utf8');
  const section = text.split(/^#+ /m).find(it => it.startsWith(`${heading}\n`))!;
  return [...section.matchAll(/^```(\w+)?\n(.*?)^```$/gms)].map(([, language = '', code]) => ({
    language,
    code: code!.replaceAll('https://consent.example.com', host),
  }));
}
