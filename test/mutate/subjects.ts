/** Files that are mutated together, and the quick tests that look at them. */
export interface Subject {
  files: string[];
  tests: string[];
}

export const subjects: Record<string, Subject> = {
  phone: {
    files: ['worker/shared/phone.ts'],
    tests: ['shared/phone', 'shared/phone-oracle'],
  },
  csv: { files: ['worker/http/csv.ts'], tests: ['leads/export'] },
  cursor: {
    files: ['worker/http/cursor.ts'],
    tests: ['http/cursor'],
  },
  access: {
    files: ['worker/guards/access.ts'],
    tests: ['guards/access', 'guards/brute-force', 'leads/export'],
  },
  tokens: {
    files: ['db/staff/tokens.ts', 'db/staff/rotate-token.ts', 'db/staff/token-secret.ts', 'worker/staff/tokens.ts'],
    tests: ['staff/tokens', 'guards/access', 'console/tokens'],
  },
  vault: {
    files: ['db/vault/vault.ts', 'db/vault/cipher.ts', 'db/vault/email.ts', 'db/vault/random.ts', 'db/vault/signer.ts'],
    tests: ['vault/vault', 'vault/signer'],
  },
  erasure: {
    files: ['db/leads/erase.ts'],
    tests: ['leads/at-once', 'leads/withdraw', 'leads/holds'],
  },
  seals: {
    files: [
      'db/audit/seal.ts',
      'db/audit/trail.ts',
      'db/audit/verify.ts',
      'db/audit/bounds.ts',
      'db/audit/checkpoint.ts',
    ],
    tests: ['audit/trail', 'audit/expiry'],
  },
};
