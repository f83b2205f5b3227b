import { renderMarkdown } from '../../policies/page.ts';
import type { Locale } from '../../shared/locales.ts';
import type { RecordFacts } from './facts.ts';
import { writeAssessment, writeRecord } from './write.ts';

/** The papers that are written from what is in force. */
export const papers = { record: writeRecord, assessment: writeAssessment } as const;
export type Paper = keyof typeof papers;

/** Renders a paper as a whole page that needs nothing else, for a file. */
export function renderPaper(paper: Paper, facts: RecordFacts, locale: Locale): string {
  const { title, html } = renderMarkdown(papers[paper](facts, locale));
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
</head>
<body>
<main>
${html}</main>
</body>
</html>
`;
}
