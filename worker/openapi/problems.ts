import * as z from 'zod';
import { type Slug, statuses } from '../http/problems/slugs.ts';
import { problem_texts } from '../http/problems/texts.ts';
import { describeError, error_codes } from '../shared/field-errors.ts';
import { examples, type JsonSchema, named, type Operation } from './declaration.ts';

const problem_type = 'application/problem+json';

export const problem_schema = named(
  'Problem',
  z.strictObject({
    type: z.url(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().regex(/^urn:uuid:[0-9a-f-]{36}$/),
    errors: z.array(z.strictObject({ field: z.string(), code: z.enum(error_codes), message: z.string() })).optional(),
  }),
);

/** Headers that each problem always has, and what they say. */
const headers: Partial<Record<Slug, Record<string, string>>> = {
  unauthorized: { 'WWW-Authenticate': 'That a token is wanted.' },
  'method-not-allowed': { Allow: 'What the address accepts.' },
  'too-many-requests': {
    'Retry-After': 'Seconds to wait.',
    RateLimit: 'What is left, and until when.',
    'RateLimit-Policy': 'The limit.',
  },
  unavailable: { 'Retry-After': 'Seconds to wait.' },
};

/** Lists the problems that an operation may answer with, by status. */
export function listProblems(operation: Operation): Map<number, Slug[]> {
  const { scope, origin, limited, repeatable, independent, query, body, problems = [] } = operation;
  const slugs = new Set<Slug>(problems);
  const add = (condition: unknown, ...more: Slug[]) => {
    if (condition) for (const slug of more) slugs.add(slug);
  };
  add(scope, 'unauthorized', 'forbidden', 'too-many-requests');
  add(origin, 'origin-not-allowed');
  add(body, 'payload-too-large');
  add(typeof body === 'object', 'malformed-json', 'unsupported-media-type', 'invalid-fields');
  add(query && !query.lenient, 'invalid-fields');
  add(limited, 'too-many-requests');
  add(repeatable, 'idempotency-key-reused');
  add(!independent, 'internal', 'unavailable');
  const byStatus = new Map<number, Slug[]>();
  for (const slug of (Object.keys(statuses) as Slug[]).filter(slug => slugs.has(slug)))
    byStatus.set(statuses[slug], [...(byStatus.get(statuses[slug]) ?? []), slug]);
  return byStatus;
}

/** Writes the problems that an operation answers with one status. A single problem without a page is a reference. */
export function writeProblems(slugs: Slug[], asPage: boolean): JsonSchema {
  return slugs.length > 1 || asPage ? writeProblem(slugs, asPage) : { $ref: `#/components/responses/${slugs[0]}` };
}

/** Writes the response of every problem, which operations refer to. */
export function writeProblemResponses(): JsonSchema {
  return Object.fromEntries(Object.keys(statuses).map(slug => [slug, writeProblem([slug as Slug], false)]));
}

/** Writes an example of every problem, which the responses refer to. */
export function writeProblemExamples(): JsonSchema {
  return Object.fromEntries(
    Object.entries(statuses).map(([slug, status]) => [
      slug,
      {
        value: {
          type: `https://leads.example.com/problems/${slug}`,
          ...{ title: problem_texts.en[slug as Slug].title, status, detail: problem_texts.en[slug as Slug].detail },
          instance: `urn:uuid:${examples.request_id}`,
          ...(slug === 'invalid-fields' && {
            errors: [{ field: 'phone', code: 'invalid', message: describeError('en', 'phone', 'invalid') }],
          }),
        },
      },
    ]),
  );
}

function writeProblem(slugs: Slug[], asPage: boolean): JsonSchema {
  const always = Object.fromEntries(
    Object.entries(headers[slugs[0]!] ?? {}).map(([name, description]) => [
      name,
      { description, required: true, schema: { type: 'string' } },
    ]),
  );
  return {
    description: slugs.map(slug => problem_texts.en[slug].title).join(' · '),
    ...(slugs.length === 1 && Object.keys(always).length > 0 && { headers: always }),
    content: {
      [problem_type]: {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { properties: { type: { pattern: `/problems/(${slugs.join('|')})$` } } },
          ],
        },
        examples: Object.fromEntries(slugs.map(slug => [slug, { $ref: `#/components/examples/${slug}` }])),
      },
      ...(asPage && { 'text/html': { schema: { type: 'string' } } }),
    },
  };
}
