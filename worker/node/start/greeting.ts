import type { Settings } from '../../settings.ts';
import { locales } from '../../shared/locales.ts';

/** Tells a developer where to look, and with which token. */
export function writeGreeting(
  { public_url, database_url, data_region }: Settings & { public_url: string },
  token: string,
): string {
  return `
  The demo site       ${locales.map(locale => `${public_url}/?lang=${locale}`).join('   ')}
  The console         ${public_url}/console   (sign in with the token of the next line)
  The leads, masked   curl -H 'Authorization: Bearer ${token}' ${public_url}/leads
  The leads, clear    curl -H 'Authorization: Bearer ${token}' '${public_url}/leads?view=clear'
  Database            ${database_url}   (region: ${data_region ?? 'not declared'})

  Development only: the keys and the token are kept beside the database. Ctrl-C stops.

`;
}
