/** What is loaded on first use, from wherever this copy of the widget lives. */
export interface Chunks {
  loadPreferences(): Promise<typeof import('./ui/preferences.tsx')>;
  loadLeadForm(): Promise<typeof import('./form/form.tsx')>;
}

/** The hashed file of each chunk, filled in by build.ts. */
declare const CHUNK_FILES: { preferences: string; 'lead-form': string };

/** The chunks beside the script that pages name. */
export function createChunks(host: string): Chunks {
  return {
    loadPreferences: () => import(`${host}/${CHUNK_FILES.preferences}`),
    loadLeadForm: () => import(`${host}/${CHUNK_FILES['lead-form']}`),
  };
}
