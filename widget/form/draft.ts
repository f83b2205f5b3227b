/** The values typed into a form, and the key that they were sent under, so that sending them again makes no second lead. */
export interface Draft {
  values: Record<string, string> | null;
  body: string;
  key: string;
}

const slot = (form: string) => `lead-consent.draft.${form}`;

/** The draft of this tab, empty where there is none or storage is blocked. */
export function readDraft(form: string): Draft {
  const none = { values: {}, body: '', key: '' };
  try {
    return { ...none, ...JSON.parse(sessionStorage.getItem(slot(form))!) };
  } catch {
    return none;
  }
}

/** Keeps a draft while the tab lives, where the browser lets it; none removes it. */
export function writeDraft(form: string, draft?: Draft) {
  try {
    if (draft) sessionStorage.setItem(slot(form), JSON.stringify(draft));
    else sessionStorage.removeItem(slot(form));
  } catch {
    // Storage is blocked or full: what was typed then lives in the page alone.
  }
}
