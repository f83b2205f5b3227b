import type { IsSigned } from '../../../db/backup/manifest.ts';
import { type CheckpointKey, createCheckpointKey, isSignedBy } from '../../../db/vault/checkpoint-key.ts';
import type { DeploymentKeys } from '../../../db/vault/marks.ts';
import { createVault, type Vault } from '../../../db/vault/vault.ts';

/** What opens, signs and checks backups. */
export interface Keyring {
  vault: Vault;
  key: CheckpointKey;
  isSigned: IsSigned;
}

export function createKeyring({ encryption_keys, index_key, signing_key }: DeploymentKeys): Keyring {
  const [key, ...earlier] = signing_key.toReversed().map(one => createCheckpointKey(one, 'backup'));
  return {
    vault: createVault(encryption_keys, index_key),
    key: key!,
    isSigned: (text, signature) => [key!, ...earlier].some(({ public_key }) => isSignedBy(public_key, text, signature)),
  };
}
