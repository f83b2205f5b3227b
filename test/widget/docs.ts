import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The code blocks of a page of the documentation under one of its headings, by language and in order, with the host filled in. */
export function readExamples(page: string, heading: string, host: string): { language: string; code: string }[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs', page), 'utf8');
  const section = text.split(/^#+ /m).find(it => it.startsWith(`${heading}\n`))!;
  return [...section.matchAll(/^```(\w+)?\n(.*?)^```$/gms)].map(([, language = '', code]) => ({
    language,
    code: code!.replaceAll('https://consent.example.com', host),
  }));
}
