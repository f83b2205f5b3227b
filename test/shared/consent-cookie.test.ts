import { expect, it } from 'vitest';
import { formatChoice, parseChoice } from '../../worker/shared/consent-cookie.ts';
import { startPublished } from '../support/harness.ts';

const choice = {
  visitor_id: '018f0a6e-7b1c-7d7a-9d3e-2f4b5c6d7e8f',
  policy_version: '2026-01',
  granted: ['necessary', 'analytics'],
  chosen_at: '2026-11-23T03:59:58.000Z',
};
const value = `v1.${choice.visitor_id}.2026-01.${Date.parse(choice.chosen_at) / 1000}.necessary_analytics`;

it('reads what it writes, to the second', () => {
  expect(formatChoice({ ...choice, chosen_at: '2026-11-23T03:59:58.999Z' })).toBe(value);
  expect(parseChoice(value)).toEqual(choice);
  expect(parseChoice(formatChoice({ ...choice, granted: [] }))).toEqual({ ...choice, granted: [] });
});

it.each([
  undefined,
  '',
  'v1',
  value.replace('v1', 'v2'),
  value.replace('018f', '018F'),
  value.replace('.2026-01.', '..'),
  value.replace('.2026-01.', '.2026_01.'),
  value.replace('.2026-01.', `.${'1'.repeat(33)}.`),
  value.replace(/\.\d+\./, '.1e9.'),
  `${value}.`,
  `${value} `,
])('takes %j for no choice', text => expect(parseChoice(text)).toBeUndefined());

it('POST /consents sets the cookie that the widget reads', async () => {
  const { post } = await startPublished();
  const sent = { ...choice, locale: 'en', shown: choice.granted, source: 'banner' };
  const [name, set] = /^(\w+)=([^;]*)/.exec((await post('/consents', sent)).headers.get('Set-Cookie')!)!.slice(1);
  expect(name).toBe('consent');
  expect(parseChoice(set)).toEqual(choice);
});
