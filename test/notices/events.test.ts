import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tellDue } from '../../db/notices/due.ts';
import { createBackupJobs } from '../../worker/node/backup/jobs.ts';
import { sendDue } from '../../worker/notices/send.ts';
import { runIfDue } from '../../worker/run-jobs.ts';
import { engines } from '../support/engines.ts';
import { startPublished } from '../support/harness.ts';
import { makeFolder } from '../support/server.ts';
import { opened, type Receiver, receive, startNoticing } from './noticing.ts';

const hour_ms = 3_600_000;
const day_ms = 24 * hour_ms;

const toldTo = ({ received }: Receiver) =>
  received.map(({ body }) => {
    const { type, data } = JSON.parse(body);
    return [type, data.lead_id];
  });

/** Starts an app and a receiver of one event; `tell` is the job, by two servers at once. */
async function startTelling(event: string, database?: Parameters<typeof startNoticing>[0]) {
  const started = await startNoticing(database);
  const { db, services, make, send } = started;
  const receiver = await receive();
  const { time_zone, working_hours: hours } = services.settings;
  const tell = async () => {
    const runs = await Promise.all([1, 2].map(() => tellDue(db, { hours, time_zone }, services.now())));
    await send();
    return runs;
  };
  const channel = await make(receiver.address, { events: [event] });
  return { ...started, receiver, channel, tell };
}

describe.each(engines)('on $engine', ({ open }) => {
  it('a lead that is new for longer than after_hours of working time is told once, whatever servers look', async () => {
    const { db, close } = await open();
    opened.push({ close });
    const { tell, receiver, submit, ask, advance, make, db: same } = await startTelling('lead.waiting', db);
    const patient = await receive();
    await make(patient.address, { events: ['lead.waiting'], after_hours: 9 });
    const [waiting, contacted, held, erased] = [await submit(), await submit(), await submit(), await submit()];
    const hold = { ground: 'court', reference: 'x', review_on: '2027-05-23' };
    expect((await ask('PATCH', `/leads/${contacted}`, { status: 'contacted' })).status).toBe(200);
    expect((await ask('POST', `/leads/${held}/holds`, hold)).status).toBe(201);
    expect((await ask('DELETE', `/leads/${erased}`, {})).status).toBe(204);
    // Monday 12:00 in Shanghai: four hours end at 16:00, nine at 12:00 on Tuesday.
    advance(4 * hour_ms);
    await tell();
    expect(toldTo(receiver)).toEqual([]);
    advance(1);
    await tell();
    await tell();
    expect(toldTo(receiver)).toEqual([['lead.waiting', waiting]]);
    advance(19 * hour_ms);
    expect(toldTo(patient)).toEqual([]);
    advance(hour_ms);
    await tell();
    expect([toldTo(receiver), toldTo(patient)]).toEqual(Array(2).fill([['lead.waiting', waiting]]));
    expect(await same.selectFrom('deliveries').select('id').execute()).toHaveLength(2);
  });

  it('a hold whose day of review has come is told once, in TIME_ZONE, unless it was released', async () => {
    const { db, close } = await open();
    opened.push({ close });
    const { tell, receiver, submit, ask, advance } = await startTelling('hold.review_due', db);
    const [id, released] = [await submit(), await submit()];
    const place = async (lead_id: string, review_on: string) =>
      (await (await ask('POST', `/leads/${lead_id}/holds`, { ground: 'court', reference: 'x', review_on })).json()) as {
        id: string;
      };
    await place(id, '2026-11-24');
    const { id: hold_id } = await place(released, '2026-11-24');
    expect((await ask('DELETE', `/leads/${released}/holds/${hold_id}`, { reason: 'x' })).status).toBe(204);
    advance(12 * hour_ms - 1);
    await tell();
    expect(toldTo(receiver)).toEqual([]);
    advance(1);
    await tell();
    await tell();
    expect(toldTo(receiver)).toEqual([['hold.review_due', id]]);
    advance(hour_ms);
    await place(id, '2026-11-20');
    await tell();
    advance(day_ms);
    await tell();
    expect(toldTo(receiver)).toEqual(Array(2).fill(['hold.review_due', id]));
  });
});

describe.each(engines)('follow-ups on $engine', ({ open }) => {
  it('are told once for each lead and day, when work begins, unless the lead is closed, held or erased by then', async () => {
    const { db, close } = await open();
    opened.push({ close });
    const { tell, receiver, submit, ask, advance, make } = await startTelling('follow_up.due', db);
    const second = await receive();
    await make(second.address, { events: ['lead.created', 'follow_up.due'] });
    const set = async (id: string, sent: object) => expect((await ask('PATCH', `/leads/${id}`, sent)).status).toBe(200);
    const ids = [await submit(), await submit(), await submit(), await submit()];
    const [due, closed, held, erased] = ids as [string, string, string, string];
    for (const id of ids) await set(id, { follow_up_on: '2026-11-24' });
    await set(closed, { status: 'closed' });
    const hold = { ground: 'court', reference: 'x', review_on: '2027-05-23' };
    expect((await ask('POST', `/leads/${held}/holds`, hold)).status).toBe(201);
    expect((await ask('DELETE', `/leads/${erased}`, {})).status).toBe(204);
    // Monday 12:00 in Shanghai, to Tuesday 9:00.
    advance(21 * hour_ms - 1);
    await tell();
    expect(toldTo(receiver)).toEqual([]);
    advance(1);
    expect((await tell()).reduce((sum, { follow_ups }) => sum + follow_ups, 0)).toBe(2);
    await tell();
    expect(toldTo(receiver)).toEqual([['follow_up.due', due]]);
    expect(toldTo(second).at(-1)).toEqual(['follow_up.due', due]);
    // The same day once more is told already; another one, and a lead that is open again, are not.
    await set(due, { follow_up_on: '2026-11-28' });
    await set(due, { follow_up_on: '2026-11-24' });
    await set(closed, { status: 'contacted' });
    advance(hour_ms);
    await tell();
    expect(toldTo(receiver).slice(1)).toEqual([['follow_up.due', closed]]);
    // A Saturday, on which nobody worked and no server ran.
    await set(due, { follow_up_on: '2026-11-28' });
    await set(closed, { follow_up_on: '2026-11-20' });
    advance(5 * day_ms);
    await tell();
    expect(toldTo(receiver).slice(2)).toEqual([['follow_up.due', due]]);
    await set(due, { follow_up_on: null });
    advance(30 * day_ms);
    await tell();
    expect(receiver.received).toHaveLength(3);
  });
});

describe('channels are told', () => {
  it('of a new assignee, in the act itself; not when it stays, or becomes nobody', async () => {
    const { receiver, submit, ask, send, services } = await startTelling('lead.assigned');
    let notified = 0;
    services.notify = () => notified++;
    const id = await submit();
    const steps = [{ assigned_to: '王芳' }, { assigned_to: '王芳', status: 'contacted' }, { assigned_to: null }];
    for (const step of steps) expect((await ask('PATCH', `/leads/${id}`, step)).status).toBe(200);
    await send();
    expect(toldTo(receiver)).toEqual([['lead.assigned', id]]);
    expect(receiver.received[0]!.body).not.toContain('王芳');
    expect(notified).toBeGreaterThan(0);
    await ask('PATCH', `/leads/${id}`, { assigned_to: '李雷' });
    await send();
    expect(receiver.received).toHaveLength(2);
  });

  it('of waiting leads: all of them, in order, also where they are more than one unit takes', async () => {
    const { receiver, submit, advance, tell } = await startTelling('lead.waiting');
    const ids: string[] = [];
    for (let count = 0; count < 95; count++) ids.push(await submit());
    advance(day_ms);
    await tell();
    await tell();
    expect(toldTo(receiver).map(([, id]) => id)).toEqual(ids);
  });

  it('of a lead that waits, by after_hours as it is now, and of none that was told before', async () => {
    const { receiver, submit, advance, tell, ask, channel } = await startTelling('lead.waiting');
    expect(channel.after_hours).toBe(4);
    const id = await submit();
    const set = async (after_hours: unknown) =>
      (await ask('PATCH', `/channels/${channel.id}`, { after_hours }, 'admin')).status;
    expect([await set(0), await set(1.5), await set('4'), await set(1001)]).toEqual([422, 422, 422, 422]);
    advance(2 * hour_ms);
    await tell();
    expect([receiver.received.length, await set(1)]).toEqual([0, 200]);
    await tell();
    expect([toldTo(receiver), await set(2)]).toEqual([[['lead.waiting', id]], 200]);
    await tell();
    advance(day_ms);
    await tell();
    expect(receiver.received).toHaveLength(1);
  });

  it('of nothing, when a channel was removed while others were told', async () => {
    const { db, submit, advance, ask, channel, services } = await startTelling('lead.waiting');
    await submit();
    advance(day_ms);
    const { time_zone, working_hours: hours } = services.settings;
    const running = tellDue(db, { hours, time_zone }, services.now());
    expect((await ask('DELETE', `/channels/${channel.id}`, undefined, 'admin')).status).toBe(204);
    await running;
    expect(await db.selectFrom('deliveries').select('id').execute()).toEqual([]);
    expect(await db.selectFrom('keys').select('subject_kind').execute()).toEqual([{ subject_kind: 'lead' }]);
  });

  it('of a backup that failed, once until one succeeds', async () => {
    const { folder, remove } = makeFolder();
    opened.push({ close: remove });
    const BACKUP_DIR = join(folder, 'out');
    const started = await startPublished({ OUTBOUND_HOSTS: '127.0.0.1', BACKUP_DIR });
    const { services, ask, advance } = started;
    const receiver = await receive();
    const asked = { kind: 'webhook', name: 'Ops', address: receiver.address, events: ['backup.failed'] };
    expect((await ask('POST', '/channels', asked, 'admin')).status).toBe(201);
    const [back_up] = createBackupJobs(services);
    writeFileSync(BACKUP_DIR, 'a file where the folder should be');
    for (let run = 0; run < 3; run++) {
      await runIfDue(services, back_up!);
      advance(hour_ms);
    }
    await sendDue(services);
    expect(toldTo(receiver)).toEqual([['backup.failed', undefined]]);
    await runIfDue(services, { ...back_up!, run: async () => ({ leads: 0 }) });
    advance(day_ms);
    await runIfDue(services, back_up!);
    await sendDue(services);
    expect(receiver.received).toHaveLength(2);
  });
});

it('health warns of a channel whose receiver has failed for a day, or switched it off, until it takes something', async () => {
  const { make, submit, send, advance, get, ask } = await startNoticing();
  let status = 503;
  const receiver = await receive(() => status);
  const { id } = await make(receiver.address);
  const read = async () => ((await (await get('/health')).json()) as { warnings: string[] }).warnings;
  await submit();
  await send();
  advance(day_ms - 1);
  expect(await read()).toEqual([]);
  advance(1_001);
  expect(await read()).toEqual(['channel-failing']);
  status = 204;
  await send();
  advance(1_000);
  expect(await read()).toEqual([]);
  status = 410;
  await submit();
  await send();
  advance(1_000);
  expect(await read()).toEqual(['channel-failing']);
  expect((await ask('PATCH', `/channels/${id}`, { paused: false }, 'admin')).status).toBe(200);
  advance(1_000);
  expect(await read()).toEqual([]);
});
