import type { Context } from 'hono';
import * as z from 'zod/mini';
import type { LeadQuery } from '../../db/leads/read.ts';
import { foldName, type NamePage, type NameSearch, type Rest, searchLeads } from '../../db/leads/search.ts';
import type { App } from '../context.ts';
import { actorOf, hasScope } from '../guards/access.ts';
import { decodeCursor, encodeCursor, linkNext } from '../http/cursor.ts';
import { logFailure } from '../http/problems/failure.ts';
import { problem } from '../http/problems/problem.ts';
import { invalidFields, typedText } from '../http/validate.ts';
import type { ErrorCode } from '../shared/field-errors.ts';

/** Leads that a search by name looks through, the newest ones, where the host sets no lower number. */
const most_searched = 20_000;

/** Length of a text that is searched for, in characters: from two, because one finds nearly everybody. */
const [shortest, longest] = [2, 200];

/** Schema of a part of a name or a company that is searched for. Its output is what is compared. */
export const namePart = z.pipe(typedText(checkPart), z.transform(foldName));

/** Returns what is wrong with a part of a name or a company, or undefined. */
export function checkPart(typed: string): ErrorCode | undefined {
  // A code point has two units at most. Because folding takes time, length comes first.
  if (typed.length > 2 * longest || [...typed].length > longest) return 'too_long';
  const length = [...foldName(typed)].length;
  return length === 0 ? 'required' : length < shortest ? 'invalid' : undefined;
}

/** Answers a search by a part of a name or a company, always masked, with how many leads it looked through. */
export async function answerSearch(c: Context<App>, text: string, query: LeadQuery, cursor: string | undefined) {
  // Because guesses unmask, it needs the scope that unmasking does.
  if (!hasScope(c, 'leads:reveal')) return problem(c, 'forbidden');
  const rest = cursor === undefined ? undefined : readCursor(cursor, query);
  if (cursor !== undefined && !rest) return invalidFields(c, [{ field: 'cursor', code: 'invalid' }]);
  const { leads, searched, lost, rest: more } = await searchByName(c, { query, text, rest });
  const next_cursor = more ? encodeCursor(`name ${query.order} ${more.after} ${more.end}`) : null;
  return c.json({ leads, next_cursor, has_more: Boolean(more), searched, ...tellLost(lost) }, 200, {
    'Cache-Control': 'private, no-store',
    Vary: 'Accept',
    ...(next_cursor && { Link: linkNext(c, next_cursor) }),
  });
}

/** Returns how many leads were passed over because they do not open, where there are some. */
function tellLost(lost: NamePage['lost']): { unopened?: number } {
  return lost ? { unopened: lost.unopened.length } : {};
}

/**
 * Searches as many leads as the host can, in the name of the request's presenter. Leads that do not open are logged:
 * because they hold up no other lead, the search goes on without them.
 */
export async function searchByName(c: Context<App>, search: Omit<NameSearch, 'most'>): Promise<NamePage> {
  const { services } = c.var;
  const most = services.most_searched ?? most_searched;
  const page = await searchLeads(services, { ...search, most }, actorOf(c), services.now());
  if (page.lost) logFailure(c, page.lost);
  return page;
}

function readCursor(cursor: string, { order }: LeadQuery): Rest | undefined {
  const [, kind, after, end] = /^name (asc|desc) ([0-9a-f-]{36}) ([0-9a-f-]{36})$/.exec(decodeCursor(cursor)) ?? [];
  return kind === order && after && end ? { after, end } : undefined;
}
