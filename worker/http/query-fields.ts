import * as z from 'zod/mini';

/** Parts that the addresses of staff's resources share, with their checks. */

/** An id as this service makes and compares it. */
export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const most_listed = 200;

export const limit = z._default(
  z.pipe(
    z.string().check(z.regex(/^\d{1,3}$/)),
    z.transform(Number).check(z.refine(limit => limit >= 1 && limit <= most_listed)),
  ),
  50,
);

export const cursor = z.optional(z.string().check(z.maxLength(400)));

export const order = z._default(z.enum(['asc', 'desc']), 'asc');

/** An instant, or a day in UTC; read as ISO 8601 in UTC with milliseconds. */
export const instant = z.pipe(
  z.union([z.iso.datetime({ offset: true }), z.iso.date()]),
  z
    .transform((text: string) => new Date(text).toISOString())
    .check(z.refine(text => text.length === 'YYYY-MM-DDTHH:MM:SS.mmmZ'.length)),
);
