import * as z from 'zod';
import { locales } from '../../shared/locales.ts';
import { examples, instant, json, type Operation, private_headers } from '../declaration.ts';

const purpose = z.strictObject({
  purpose: z.string(),
  name: z.string(),
  description: z.string(),
  lawful_basis: z.enum(['consent', 'necessary']),
  event: z.strictObject({
    event_time: instant,
    event_type: z.literal('explicit'),
    entity_id: z.uuid(),
    state: z.enum(['given', 'refused', 'withdrawn']),
    validity_duration: z.iso.duration(),
  }),
});

const record = z.strictObject({
  record_id: z.uuid(),
  privacy_notice: z.url(),
  privacy_notice_sha256: z.string(),
  policy_version: z.string(),
  language: z.enum(locales),
  source: z.enum(['banner', 'preferences', 'withdrawal']),
  received_at: instant,
  expires_at: instant,
  purposes: z.array(purpose),
});

const receipt = z.strictObject({
  schema_version: z.literal('lead-consent/1'),
  pii_principal_id: z.uuid(),
  issued_at: instant,
  pii_controllers: z.array(
    z.strictObject({ party_name: z.string(), party_contact: z.optional(z.string()), party_url: z.url() }),
  ),
  withdrawal_method: z.url(),
  records: z.array(record),
});

const host = 'https://consent.example.com';

export const receipt_operations: Operation[] = [
  {
    id: 'showReceipt',
    method: 'GET',
    path: '/consents/{visitor_id}/receipt',
    tag: 'consents',
    limited: true,
    summary: { en: "A visitor's receipt", 'zh-CN': '下载某访客的同意凭证' },
    description:
      'The same choices with the texts that were shown, as a file to keep; field names of ISO/IEC TS 27560:2023 where it has them.',
    path_fields: {
      visitor_id: { description: "The visitor's id.", format: 'uuid', example: examples.visitor_id },
    },
    answers: {
      200: {
        description: 'The latest 200, the latest first.',
        headers: { ...private_headers, 'Content-Disposition': 'A file to save.' },
        content: json(receipt, {
          schema_version: 'lead-consent/1',
          pii_principal_id: examples.visitor_id,
          issued_at: examples.later_at,
          pii_controllers: [{ party_name: 'Example Ltd', party_contact: 'privacy@example.com', party_url: host }],
          withdrawal_method: `${host}/consents/${examples.visitor_id}/withdrawal`,
          records: [
            {
              record_id: examples.consent_id,
              privacy_notice: `${host}/policies/${examples.version}?lang=en`,
              privacy_notice_sha256: examples.sha256,
              policy_version: examples.version,
              language: 'en',
              source: 'banner',
              received_at: examples.received_at,
              expires_at: '2027-05-24T04:00:00.000Z',
              purposes: [
                {
                  purpose: 'analytics',
                  name: 'Statistics',
                  description: 'Which pages are read, and how often.',
                  lawful_basis: 'consent',
                  event: {
                    event_time: examples.received_at,
                    event_type: 'explicit',
                    entity_id: examples.visitor_id,
                    state: 'given',
                    validity_duration: 'P182D',
                  },
                },
              ],
            },
          ],
        }),
      },
    },
    problems: ['not-found'],
  },
];
