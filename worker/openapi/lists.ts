import { examples } from './declaration.ts';

/** Descriptions that the lists for staff share. */
export const lists = {
  limit: { description: 'How many at most.', type: 'integer', minimum: 1, maximum: 200, default: 50, example: 50 },
  cursor: {
    description: 'The `next_cursor` of the page before, or the one that you kept.',
    example: 'ZmVlZCAxNzMg',
    unusual: true,
  },
  link: 'The address of the next page, `rel="next"`, while there is more.',
  /** Describes the parameters `${name}_from` and `${name}_to`, the two ends of a span of time. */
  span<N extends string>(name: N, verb: string) {
    return {
      [`${name}_from`]: {
        description: `Only what was ${verb} at this instant or later; a day means its beginning in UTC.`,
        example: '2026-11-01',
        unusual: true,
      },
      [`${name}_to`]: { description: `Only what was ${verb} before it.`, example: examples.later_at, unusual: true },
    } as Record<`${N}_from` | `${N}_to`, { description: string; example: string; unusual: true }>;
  },
} as const;
