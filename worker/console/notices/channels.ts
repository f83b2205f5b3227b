import { listChannels } from '../../../db/notices/channels.ts';
import { countQueues } from '../../../db/notices/queues.ts';
import { writeNote } from '../../../db/staff/notes.ts';
import { factory } from '../../context.ts';
import { actorOf } from '../../guards/access.ts';
import { addChannel } from '../../notices/channels.ts';
import { answerPage } from '../answer.ts';
import { once } from '../once.ts';
import { readerOf } from '../reader.ts';
import { readRefusal } from '../refusal.ts';
import { readSessionId } from '../session.ts';
import { channelsPage } from './channels-page.ts';
import { choices, readNew, refuseChannel } from './form.ts';
import { channelAddress } from './states.ts';

/** `GET /console/notices` shows all channels, without their secrets. */
export const showChannels = factory.createHandlers(async c => {
  const { db } = c.var.services;
  const [channels, queues] = await Promise.all([listChannels(db), countQueues(db)]);
  const all = channels.map(channel => ({ ...channel, ...(queues.get(channel.id) ?? { queued: 0, dead: 0 }) }));
  const more = { done: c.req.query('done'), refusal: readRefusal(c) };
  return answerPage(c, channelsPage(readerOf(c), { channels: all, choices, ...more }));
});

/** `POST /console/notices` makes a channel. Only the page that it leads to ever holds a secret that was made here. */
export const makeChannel = factory.createHandlers(readNew, once, async c => {
  const { services } = c.var;
  const { db, now } = services;
  const made = await addChannel(services, c.req.valid('json'), actorOf(c), now());
  if ('field' in made) return refuseChannel(c, made);
  const note = made.secret && (await writeNote(db, readSessionId(c)!, 'channel', made.secret, now()));
  return c.redirect(channelAddress(made.id, note ? `?made=${note}` : '?done=made'), 303);
});
