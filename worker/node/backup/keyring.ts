import type { IsSigned } from '../../../db/backup/manifest.ts';
import type { DeploymentKeys } from '../../../db/vault/check.ts';
import { type CheckpointKey, createCheckpointKey, isSignedBy } from '../../../db/vault/checkpoint-key.ts';
import { createVault, type Vault } from '../../../db/vault/vault.ts';

/** What opens, signs and checks backups. */
export interface Keyring {
  vault: Vault;
  key: CheckpointKey;
  isSigned: IsSigned;
}

export function createKeyring({ encryption_keys, index_key, signing_key }: DeploymentKeys): Keyring {
  const key = createCheckpointKey(signing_key, 'backup');
  return {
    vault: createVault(encryption_keys, index_key),
    key,
    isSigned: (text, signature) => isSignedBy(key.public_key, text, signature),
  };
}
