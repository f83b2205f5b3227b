/** The hashed file of each chunk, filled in by build.ts. */
declare const CHUNK_FILES: { preferences: string; 'lead-form': string };

/** Loads the preferences dialog. */
export function loadPreferences(host: string): Promise<typeof import('./preferences.tsx')> {
  return import(`${host}/${CHUNK_FILES.preferences}`);
}

/** Loads the inquiry form. */
export function loadLeadForm(host: string): Promise<typeof import('./lead-form.tsx')> {
  return import(`${host}/${CHUNK_FILES['lead-form']}`);
}
