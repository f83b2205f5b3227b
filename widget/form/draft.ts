import { quietly } from '../quietly.ts';

/** The values typed into a form, and the key that they were sent under, so that sending them again makes no second lead. */
export interface Draft {
  values?: Record<string, string>;
  body: string;
  key: string;
}

const slot = (form: string) => `lead-consent.draft.${form}`;

/** The draft of this tab, empty where there is none or storage is blocked. */
export function readDraft(form: string): Draft {
  return { body: '', key: '', ...quietly(() => JSON.parse(sessionStorage.getItem(slot(form))!)) };
}

/** Keeps a draft while the tab lives. Where storage is blocked or full, what was typed lives in the page alone. */
export function writeDraft(form: string, draft: Draft) {
  quietly(() => sessionStorage.setItem(slot(form), JSON.stringify(draft)));
}

export function removeDraft(form: string) {
  quietly(() => sessionStorage.removeItem(slot(form)));
}
