import * as z from 'zod';
import { hold_grounds } from '../../../db/leads/lead.ts';
import { longest_line } from '../../http/staff-text.ts';
import { holdQuery, newHold, release } from '../../leads/holds.ts';
import { describe, examples, instant, json, named, type Operation, private_headers } from '../declaration.ts';
import { lists } from '../lists.ts';

const hold = named(
  'Hold',
  z.strictObject({
    id: z.uuid(),
    lead_id: z.uuid(),
    ground: z.enum(hold_grounds),
    reference: z.string().nullable(),
    review_on: z.iso.date(),
    placed_at: instant,
    released_at: instant.nullable(),
    reason: z.string().nullable(),
  }),
);

const hold_page = z.strictObject({
  holds: z.array(hold),
  next_cursor: z.string().nullable(),
  has_more: z.boolean(),
});

const standing = {
  id: examples.hold_id,
  lead_id: examples.lead_id,
  ground: 'court',
  reference: '(2026)苏01民初123号',
  review_on: '2027-05-23',
  placed_at: examples.received_at,
  released_at: null,
  reason: null,
};
const released = { ...standing, released_at: examples.later_at, reason: '案件已结案' };

const id = { description: "The lead's id.", format: 'uuid', example: examples.lead_id };
const line = { minLength: 1, maxLength: longest_line };

export const hold_operations: Operation[] = [
  {
    id: 'placeHold',
    method: 'POST',
    path: '/leads/{id}/holds',
    tag: 'leads',
    scope: 'holds:manage',
    summary: { en: 'Place a hold', 'zh-CN': '保全线索' },
    description:
      'While a hold stands, the feed shows the lead as `{ id, restricted_at }`, no other list, search, export or count of leads has it, and it is neither changed nor erased: that answers 423 `held`. Who withdraws by the receipt code is answered `erased: false`. What was asked meanwhile is done when the last hold is released.',
    path_fields: { id },
    body: describe(newHold, {
      ground: { description: 'Why it must be kept.', example: 'court' },
      reference: {
        ...line,
        description: 'The number of the file. Sealed with the lead, and gone with it: null once the lead is erased.',
        example: standing.reference,
      },
      review_on: {
        description: 'The day on which somebody looks whether it is still needed.',
        example: standing.review_on,
      },
    }),
    answers: { 201: { description: 'The hold.', headers: private_headers, content: json(hold, standing) } },
    problems: ['not-found'],
  },
  {
    id: 'listLeadHolds',
    method: 'GET',
    path: '/leads/{id}/holds',
    tag: 'leads',
    scope: 'holds:manage',
    summary: { en: 'The holds of a lead', 'zh-CN': '查看线索的保全' },
    description: 'In the order in which they were placed, those that were released too.',
    path_fields: { id },
    query: describe(holdQuery, { limit: lists.limit, cursor: lists.cursor }),
    answers: {
      200: {
        description: 'A page of them.',
        headers: { ...private_headers, 'Link?': lists.link },
        content: json(hold_page, {
          holds: [released, { ...standing, ground: 'law' }],
          next_cursor: null,
          has_more: false,
        }),
      },
    },
    problems: ['not-found'],
  },
  {
    id: 'releaseHold',
    method: 'DELETE',
    path: '/leads/{id}/holds/{hold_id}',
    tag: 'leads',
    scope: 'holds:manage',
    summary: { en: 'Release a hold', 'zh-CN': '解除保全' },
    description:
      'With the last one the lead is there again, or is erased at once where its person has withdrawn meanwhile. Repeated, it answers the same and the first reason stays.',
    path_fields: { id, hold_id: { description: "The hold's id.", format: 'uuid', example: examples.hold_id } },
    body: describe(release, { reason: { ...line, description: 'Why it ends.', example: released.reason } }),
    answers: { 204: { description: 'Released.' } },
    problems: ['not-found'],
  },
  {
    id: 'listHolds',
    method: 'GET',
    path: '/holds',
    tag: 'leads',
    scope: 'holds:manage',
    summary: { en: 'The holds that stand', 'zh-CN': '列出有效的保全' },
    description: 'The one to be reviewed first stands at the top.',
    query: describe(holdQuery, { limit: lists.limit, cursor: lists.cursor }),
    answers: {
      200: {
        description: 'A page of them.',
        headers: { ...private_headers, 'Link?': lists.link },
        content: json(hold_page, { holds: [standing], next_cursor: null, has_more: false }),
      },
    },
  },
];
