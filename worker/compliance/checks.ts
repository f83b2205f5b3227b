import { A1, P3 } from './checks/access.ts';
import { C4, C5 } from './checks/consent.ts';
import { C6, K1, K2, K3 } from './checks/cookies.ts';
import { C1, C2, C3 } from './checks/forms.ts';
import { S1 } from './checks/hosts.ts';
import { M1, V1, V2 } from './checks/policies.ts';
import { R1, R2, R3, R4, R5 } from './checks/requests.ts';
import { P2, P10 } from './checks/rest.ts';
import { P5, P6, P8 } from './checks/storage.ts';
import { P1 } from './checks/transport.ts';
import type { Check, PromiseId } from './finding.ts';

/** The check of each promise. */
export const checks: Record<PromiseId, Check> = {
  ...{ C1, C2, C3, C4, C5, C6, K1, K2, K3, S1, P1, P2, P3, P5, P6, P8, P10 },
  ...{ R1, R2, R3, R4, R5, V1, V2, M1, A1 },
};
