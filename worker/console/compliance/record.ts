import * as z from 'zod/mini';
import { gatherFacts } from '../../compliance/record/facts.ts';
import { papers } from '../../compliance/record/page.ts';
import { factory } from '../../context.ts';
import { localeOf } from '../../http/language.ts';
import { renderMarkdown } from '../../policies/page.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { recordPage } from './record-page.ts';

const asked = z.object({
  paper: z.catch(z.enum(['record', 'assessment']), 'record'),
  as: z.catch(z.optional(z.literal('markdown')), undefined),
});

/** `GET /console/record` shows the record of processing, or the form of an impact assessment, and hands it out as Markdown. */
export const showRecord = factory.createHandlers(async c => {
  const { paper, as } = asked.parse(c.req.query());
  const { db, settings, now } = c.var.services;
  const locale = localeOf(c);
  const text = papers[paper](await gatherFacts(db, settings, now()), locale);
  if (as === 'markdown')
    return c.body(text, 200, {
      'Content-Type': 'text/markdown; charset=utf-8',
      'Content-Language': locale,
      'Content-Disposition': `attachment; filename="${paper}.${locale}.md"`,
    });
  const { title = '', html } = renderMarkdown(text);
  return answerPage(c, recordPage(readerOf(c), { paper, title, html }));
});
