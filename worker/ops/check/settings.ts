import { settings_table } from '../../settings.ts';
import { version } from '../../version.ts';
import type { Deployment } from './deployment.ts';
import { type Line, ok, wrong } from './lines.ts';

/** Tells every mistake in the settings, as the start would. */
export function checkSettings({ mistakes, settings, environment }: Deployment): Line[] {
  if (mistakes.length > 0)
    return mistakes.map(mistake => wrong('settings', mistake, 'Mend the setting: docs/settings.md says what each is.'));
  const set = Object.keys(settings_table).filter(name => environment[name]?.trim()).length;
  return [
    ok(
      'settings',
      `${set} are set, for ${settings.production ? 'production' : 'development'}, of lead-consent ${version}`,
    ),
  ];
}
