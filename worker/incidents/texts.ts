import type { NoticeWords } from '../../db/incidents/incident.ts';
import type { Locale } from '../shared/locales.ts';

export { notice_parts } from '../../db/incidents/incident.ts';

interface IncidentTexts {
  /** Titles of the parts of a notice. */
  parts: Record<keyof NoticeWords, string>;
  contact: string;
}

export const incident_texts: Record<Locale, IncidentTexts> = {
  'zh-CN': {
    parts: {
      situation: '事件的基本情况',
      impact: '可能的影响',
      measures: '已采取或将采取的处置措施',
      advice: '您可自主防范和降低风险的建议',
      remedies: '对您的补救措施',
    },
    contact: '联系方式',
  },
  en: {
    parts: {
      situation: 'What happened',
      impact: 'What it may mean for you',
      measures: 'What we have done and will do',
      advice: 'How you can protect yourself',
      remedies: 'What we do for you',
    },
    contact: 'Whom to ask',
  },
};
