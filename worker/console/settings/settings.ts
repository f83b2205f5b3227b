import { factory } from '../../context.ts';
import { listWarnings } from '../../health/warnings.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { settingsPage } from './settings-page.ts';

/** `GET /console/settings` shows what the server warns of, and the settings in force on this host, without anything secret. */
export const showSettings = factory.createHandlers(async c => {
  const { in_force, production, public_url } = c.var.services.settings;
  const warnings = await listWarnings(c.var.services);
  return answerPage(c, settingsPage(readerOf(c), { in_force, production, public_url, warnings }));
});
