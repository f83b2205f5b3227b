import { findKeyMistakes } from '../../db/vault/check.ts';
import { createSigner } from '../../db/vault/signer.ts';
import { createVault } from '../../db/vault/vault.ts';
import { describeCompliance } from '../compliance/results.ts';
import { checkPromises } from '../compliance/run.ts';
import { openAssets } from '../node/assets.ts';
import { createHostFiles } from '../node/host-files.ts';
import { readKeys } from './keys/read.ts';
import { defineCommand, Mistake } from './run/command.ts';
import { database_options, onDatabase, readTarget } from './run/target.ts';

export const compliance = defineCommand({
  name: 'compliance',
  usage: '',
  sentence:
    'Checks now, on the running system, whether each promise of the policy is kept, and prints what it found, which `GET /compliance` then shows too. Exits 1 when one is broken.',
  options: database_options,
  async run({ values, now }) {
    const target = readTarget(values);
    const { public_url = '', ...settings } = await readKeys(target);
    const services = {
      settings: { ...settings, public_url },
      vault: createVault(settings.encryption_keys, settings.index_key),
      signer: createSigner(settings.signing_key),
      now: () => now,
      findAsset: openAssets(),
      ...(target.on === 'url' && { files: createHostFiles({ ...settings, database_url: target.url }) }),
    };
    const { promises } = await onDatabase(values, async db => {
      const mistakes = await findKeyMistakes(db, services.vault, services.settings, now);
      if (mistakes.length > 0) throw new Mistake(mistakes.join('\n'));
      await checkPromises({ ...services, db });
      return describeCompliance({ ...services, db }, 'en');
    });
    const result = promises.map(({ id, state, evidence }) => ({ id, state, evidence }));
    const wrong = result.filter(({ state }) => state === 'broken').map(({ id }) => id);
    if (wrong.length > 0) throw new Mistake(`broken: ${wrong.join(', ')}`, result);
    return result;
  },
});
