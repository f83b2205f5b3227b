import * as z from 'zod';
import { locales } from '../../shared/locales.ts';
import { describe, instant, json, named, type Operation, page } from '../declaration.ts';

const common = {
  id: z.string(),
  published_at: instant,
  until: instant,
  title: z.string(),
  text: z.string(),
  url: z.url(),
};
const announcement = named(
  'Announcement',
  z.discriminatedUnion('kind', [
    z.strictObject({ ...common, kind: z.literal('policy'), version: z.string(), effective_at: instant }),
    z.strictObject({
      ...common,
      kind: z.literal('incident'),
      contact: z.string(),
      situation: z.string(),
      impact: z.string(),
      measures: z.string(),
      advice: z.string(),
      remedies: z.string(),
    }),
  ]),
);

export const announcement_operations: Operation[] = [
  {
    id: 'listAnnouncements',
    method: 'GET',
    path: '/announcements',
    tag: 'policies',
    summary: { en: 'What everyone is told of', 'zh-CN': '公告' },
    description:
      'Significant changes of the policy and notices of incidents, the newest first. The widget shows the latest whose `until` has not come, once to each visitor. A person gets a page.',
    query: {
      lenient: true,
      ...describe(z.object({ lang: z.enum(locales).optional() }), {
        lang: { description: 'The language; else that of `Accept-Language`.', example: 'en' },
      }),
    },
    answers: {
      200: {
        description: 'All announcements.',
        headers: { 'Cache-Control': 'Public, a minute; the page is not kept.', 'Content-Language': 'The language.' },
        content: {
          ...json(z.strictObject({ announcements: z.array(announcement) }), {
            announcements: [
              {
                id: 'policy-2026-12',
                kind: 'policy',
                published_at: '2026-11-20T02:00:00.000Z',
                until: '2026-12-31T00:00:00.000Z',
                version: '2026-12',
                effective_at: '2026-12-01T00:00:00.000Z',
                title: 'Our privacy policy has changed',
                text: 'We keep inquiries for twelve months instead of twenty-four.',
                url: 'https://leads.example.com/announcements?lang=en#policy-2026-12',
              },
            ],
          }),
          ...page,
        },
      },
    },
  },
];
