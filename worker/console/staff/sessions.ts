import { endAll, endListed, listSessions } from '../../../db/staff/session-list.ts';
import { factory } from '../../context.ts';
import { actorOf } from '../../guards/access.ts';
import { problem } from '../../http/problems/problem.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { readSessionId } from '../session.ts';
import { sessionsPage } from './sessions-page.ts';

const home = '/console/sessions';

/** `GET /console/sessions` shows a person where they are signed in. */
export const showSessions = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  const sessions = await listSessions(db, c.var.holder.id, readSessionId(c)!, now());
  const said = c.req.query('ended');
  const hasOthers = sessions.some(({ is_this }) => !is_this);
  const isTrue = said === 'others' ? !hasOthers : !sessions.some(({ id }) => id === said);
  const ended = said === undefined || !isTrue ? undefined : said === 'others' ? 'others' : 'one';
  return answerPage(c, sessionsPage(readerOf(c), { sessions, ended }));
});

/**
 * `POST /console/sessions/{id}/end` ends a session of one's own. One of somebody else is not found, as if there were
 * none.
 */
export const endOneSession = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  const id = c.req.param('id')!;
  if (!(await endListed(db, c.var.holder.id, id, actorOf(c), now()))) return problem(c, 'not-found');
  return c.redirect(`${home}?ended=${id}`, 303);
});

/** `POST /console/sessions/end` ends all sessions of one's own but this one. */
export const endOtherSessions = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  await endAll(db, c.var.holder.id, readSessionId(c), actorOf(c), now());
  return c.redirect(`${home}?ended=others`, 303);
});
