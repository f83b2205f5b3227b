import { randomUUID } from 'node:crypto';
import { newId } from '../../db/ids.ts';
import { openStore } from '../../worker/node/store.ts';

const rows_per_statement = 500;
const year_ms = 365 * 86_400_000;
const holds_ms = 182 * 86_400_000;

/** Adds a number of cookie choices of the past year, two by each visitor. */
export async function fillConsents(url: string, policy_version: string, count: number): Promise<void> {
  const db = await openStore(url, { patient: true });
  const began_ms = Date.now() - year_ms;
  let visitor_id = '';
  const draft = (n: number) => {
    if (n % 2 === 0) visitor_id = randomUUID();
    const at = new Date(began_ms + Math.floor((year_ms * n) / count));
    const expires_at = new Date(at.getTime() + holds_ms).toISOString();
    const choice = { policy_version, locale: n % 3 ? 'zh-CN' : 'en', source: n % 50 ? 'banner' : 'preferences' };
    const lists = { shown: '["necessary","analytics","marketing"]', granted: n % 4 ? '["necessary"]' : '[]' };
    const times = { chosen_at: at.toISOString(), received_at: at.toISOString(), expires_at };
    return { id: newId(at), visitor_id, ...choice, ...lists, ...times };
  };
  for (let at = 0; at < count; at += rows_per_statement) {
    const rows = Array.from({ length: Math.min(rows_per_statement, count - at) }, (_, n) => draft(at + n));
    await db.atomic([db.insertInto('consents').values(rows).compile()]);
  }
  await db.destroy();
}
