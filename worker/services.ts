import { findKeyMistakes } from '../db/vault/check.ts';
import { createSigner } from '../db/vault/signer.ts';
import { createVault } from '../db/vault/vault.ts';
import type { Services } from './context.ts';
import { createLimiter, token_limit_per_minute } from './guards/rate-limit.ts';
import { keepAnsweredKeys } from './http/answered-keys.ts';
import { createLog } from './log.ts';
import type { Settings } from './settings.ts';

/** The services that a host passes in, because the settings alone do not make them. */
export type HostServices = Omit<
  Services,
  'settings' | 'vault' | 'signer' | 'log' | 'limiters' | 'answered' | 'called'
> & {
  /** Writes one line of the log, its line break included. */
  writeLine(line: string): void;
  /** The host's own limiters. Those that it lacks count in memory. */
  limiters?: { [Name in keyof Services['limiters']]?: Services['limiters'][Name] | undefined };
};

/**
 * Creates what every request and every job may use, the same way for Node, Workers and the tests.
 *
 * @returns The services, or what is wrong with the keys, one line each.
 * @throws Unavailable when the database cannot be used.
 */
export async function createServices(
  settings: Settings,
  { writeLine, limiters, ...host }: HostServices,
): Promise<{ services: Services } | { mistakes: string[] }> {
  const vault = createVault(settings.encryption_keys, settings.index_key);
  const mistakes = await findKeyMistakes(host.db, vault, settings, host.now());
  if (mistakes.length > 0) return { mistakes };
  const called = new Set<string>();
  const services: Services = {
    ...host,
    connect(request, judge, limits) {
      called.add(request.url.hostname);
      return host.connect(request, judge, limits);
    },
    ...(host.postMail && {
      postMail(mail, judge, limits) {
        called.add(settings.smtp_url!.host);
        return host.postMail!(mail, judge, limits);
      },
    }),
    called,
    settings: { ...settings, public_url: settings.public_url ?? '' },
    vault,
    signer: createSigner(settings.signing_key),
    log: createLog(settings.log_level, host.now, writeLine),
    answered: keepAnsweredKeys(),
    limiters: {
      form: limiters?.form ?? createLimiter(settings.form_limit_per_minute, host.now),
      consent: limiters?.consent ?? createLimiter(settings.consent_limit_per_minute, host.now),
      refused: limiters?.refused ?? createLimiter(settings.refused_limit_per_minute, host.now),
      token: limiters?.token ?? createLimiter(token_limit_per_minute, host.now),
    },
  };
  return { services };
}
