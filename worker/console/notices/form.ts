import type { Context } from 'hono';
import * as z from 'zod/mini';
import { type Channel, channel_kinds, findChannel } from '../../../db/notices/channels.ts';
import { channel_events } from '../../../db/notices/write.ts';
import type { App } from '../../context.ts';
import { problem } from '../../http/problems/problem.ts';
import type { FieldError, Slug } from '../../http/problems/slugs.ts';
import { body, invalidFields } from '../../http/validate.ts';
import { channelChange, newChannel, type Refusal } from '../../notices/channels.ts';
import { kinds } from '../../notices/kinds.ts';
import type { Choices } from './channel-form.ts';

export const choices: Choices = { kinds: channel_kinds, events: channel_events };

/**
 * Reads what a form sends as the fields of the wire. Boxes come as one text or a list, or not at all; what is left empty
 * of address, secret and hours is not sent.
 */
const fields = z.transform((sent: unknown): unknown => {
  const { events = [], address, secret, after_hours = '', ...rest } = Object(sent) as Record<string, unknown>;
  return {
    ...rest,
    events: [events].flat(),
    ...(address !== '' && { address }),
    ...(secret !== '' && { secret }),
    ...(after_hours !== '' && { after_hours: Number(after_hours) }),
  };
});

/** Reads the form of a new channel. */
export const readNew = body(z.pipe(fields, newChannel), { form: true, refuse: refuseForm });

/** Reads the form that changes a channel. */
export const readChange = body(z.pipe(fields, channelChange), { form: true, refuse: refuseForm });

/** Refuses a form because of an address or a secret. */
export function refuseChannel(c: Context<App>, { field, code, message }: Refusal) {
  return refuseForm(c, [{ field, code: 'invalid', message: code ?? message }]);
}

/**
 * Refuses a form. It is shown again with what was typed, but never a secret: an address that would not be shown whole
 * holds one.
 */
async function refuseForm(c: Context<App>, errors: FieldError[], slug?: Slug) {
  if (slug) return problem(c, slug);
  const typed = Object(c.var.sent) as Record<string, unknown>;
  const id = c.req.param('id');
  const kind = id ? (await findChannel(c.var.services.db, id))?.kind : typed.kind;
  c.set('sent', { ...typed, address: readShown(kind, typed.address) });
  return invalidFields(c, errors);
}

function readShown(kind: unknown, address: unknown): string {
  if (typeof address !== 'string' || typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) return '';
  const { showAddress } = kinds[kind as Channel['kind']];
  try {
    return showAddress(address) === address ? address : '';
  } catch {
    // Where no key can be told from the rest, all may be one.
    return '';
  }
}
