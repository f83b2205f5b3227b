import type { Lead } from '../../../db/leads/lead.ts';
import type { Meant } from '../../../db/requests/meant.ts';
import type { RequestRow, RequestTexts } from '../../../db/requests/request.ts';
import type { Draft } from './drafts.ts';
import type { Urgency } from './due.ts';

/** A lead that a request is about, as the reader may see it. */
export type MeantLead = Meant & { lead: Lead | undefined };

export interface RequestDetails {
  request: RequestRow;
  /** The code that the person was given; undefined where its key is not listed any more. */
  reference: string | undefined;
  urgency: Urgency | undefined;
  /** The texts of the request, in clear or masked; undefined once it is erased. */
  texts: RequestTexts | undefined;
  /** The reveal that covers the page; undefined while it is masked. */
  shown: string | undefined;
  /** The first day to which the time can be extended; undefined once the due day is over. */
  extend_from: string | undefined;
  /** The last one. */
  extend_to: string;
  leads: MeantLead[];
  /** The request that this one is about. */
  mentioned: RequestRow | undefined;
  choices: Choices;
  /** What was just done. */
  done: string | undefined;
  copy: NewCopy | undefined;
  /** The form that was refused before. */
  draft: Draft | undefined;
}

/** What the forms let choose from. */
interface Choices {
  verifications: readonly string[];
  codes: readonly string[];
  grounds: readonly string[];
}

/** The address of a copy that was just made. */
export interface NewCopy {
  id: string;
  url: string;
  until: string;
}
