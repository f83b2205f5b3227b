import { gatherFacts, record_settings } from '../compliance/record/facts.ts';
import { papers, renderPaper } from '../compliance/record/page.ts';
import { readSome } from '../settings.ts';
import { default_locale, locales } from '../shared/locales.ts';
import { defineCommand, flag, Mistake, text } from './run/command.ts';
import { readEnvironment } from './run/environment.ts';
import { database_options, onDatabase, readTarget } from './run/target.ts';

export const record = defineCommand({
  name: 'record',
  usage: '[--locale zh-CN|en] [--assessment] [--html]',
  sentence:
    'Prints the record of processing (PIPL 55, 56) from the settings, the policy and the channels in force, as Markdown or as a page; with --assessment, the form of an impact assessment with what is known filled in.',
  options: { ...database_options, locale: text, assessment: flag, html: flag },
  async run({ values, now }) {
    const locale = locales.find(one => one === (values.locale ?? default_locale));
    if (!locale) throw new Mistake(`--locale: expected ${locales.join(' or ')}`);
    const { settings, mistakes } = readSome(await readEnvironment(readTarget(values)), 'node', [...record_settings]);
    if (mistakes.length > 0) throw new Mistake(mistakes.join('\n'));
    const facts = await onDatabase(values, db => gatherFacts(db, settings, now));
    const paper = values.assessment ? 'assessment' : 'record';
    return (values.html ? renderPaper(paper, facts, locale) : papers[paper](facts, locale)).trimEnd();
  },
});
