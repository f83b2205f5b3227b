import * as z from 'zod';

/** What the addresses of staff's resources hold, and how each part is checked. */

/** An id as this service makes and compares them. */
export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const most_listed = 200;

export const limit = z
  .string()
  .regex(/^\d{1,3}$/)
  .transform(Number)
  .refine(limit => limit >= 1 && limit <= most_listed)
  .default(50);

export const cursor = z.string().max(400).optional();

export const order = z.enum(['asc', 'desc']).default('asc');

/** An instant, or a day in UTC; as ISO 8601 in UTC with milliseconds. */
export const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform(text => new Date(text).toISOString())
  .refine(text => text.length === 'YYYY-MM-DDTHH:MM:SS.mmmZ'.length);
