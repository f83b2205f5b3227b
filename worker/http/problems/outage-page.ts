import { locales } from '../../shared/locales.ts';
import { problem_page_texts } from './page-texts.ts';

/** Writes the page that says in every language that nothing works just now. It links nothing, since nothing is there. */
export function writeOutagePage(seconds: number): string {
  const sections = locales.map(locale => {
    const { problems, wait } = problem_page_texts[locale];
    const { title, detail } = problems.unavailable!;
    return `<section lang="${locale}"><h1>${title}</h1><p>${detail} ${wait(seconds)}</p></section>`;
  });
  return `<!doctype html>
<html lang="${locales[0]}">
<head><meta charset="utf-8"><title>503</title><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="robots" content="noindex"></head>
<body>${sections.join('\n')}</body>
</html>
`;
}
