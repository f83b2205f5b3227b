/** The roles that a holder may have. `access.ts` says what each may do. */
export const roles = ['viewer', 'sales', 'privacy_officer', 'auditor', 'admin'] as const;
export type Role = (typeof roles)[number];
