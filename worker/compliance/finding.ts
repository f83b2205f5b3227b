import type { Accesses } from '../../db/compliance/accesses.ts';
import type { Archive } from '../../db/compliance/archive.ts';
import type { Choices } from '../../db/compliance/choices.ts';
import type { Columns } from '../../db/compliance/columns.ts';
import type { Figures, PromiseCheck } from '../../db/compliance/results.ts';
import type { Sample } from '../../db/compliance/sample.ts';
import type { Walk } from '../../db/compliance/walk.ts';
import type { Services } from '../context.ts';
import type { Code } from './texts.ts';
import type { Traces } from './traces.ts';

/** The promises, in the order of the policy. */
export const promise_ids = [
  ...(['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'K1', 'K2', 'K3', 'S1', 'P1', 'P2', 'P3', 'P5', 'P6', 'P8', 'P10'] as const),
  ...(['R1', 'R2', 'R3', 'R4', 'R5', 'V1', 'V2', 'M1', 'A1'] as const),
] as const;
export type PromiseId = (typeof promise_ids)[number];

/** The finding of a check: its state, the name of the sentence that says so, and the sentence's figures. */
export interface Finding {
  state: PromiseCheck['state'];
  code: Code;
  figures: Figures;
}

export const kept = (code: Code, figures: Figures = {}): Finding => ({ state: 'kept', code, figures });
export const broken = (code: Code, figures: Figures = {}): Finding => ({ state: 'broken', code, figures });
export const unproven = (code: Code, figures: Figures = {}): Finding => ({ state: 'unproven', code, figures });

/** A check needs this part of the service, on the server and in the operator's command. */
export type Checked = Pick<
  Services,
  'db' | 'vault' | 'signer' | 'settings' | 'now' | 'findAsset' | 'files' | 'called' | 'notify'
>;

/** What several checks look at. It is read once. */
export interface Evidence {
  services: Checked;
  now: Date;
  /** A day before: what is older is no evidence. */
  since: Date;
  /** When an earlier made-up lead was withdrawn, where that is evidence still. */
  tried_at: string | undefined;
  /** Whether that of this check, which the sample counts too, was withdrawn and is gone; undefined where there was none. */
  tried_well: boolean | undefined;
  columns: Columns;
  sample: Sample;
  walk: Walk;
  choices: Choices;
  archive: Archive;
  accesses: Accesses;
  traces: Traces;
  /** What the latest checks found. */
  earlier: PromiseCheck[];
  /** What the latest check of one promise found. */
  before(id: PromiseId): PromiseCheck | undefined;
}

/** Looks at the system for one promise. */
export type Check = (evidence: Evidence) => Finding | Promise<Finding>;
