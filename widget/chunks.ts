/** The hashed file of each chunk, filled in by build.ts. */
declare const CHUNK_FILES: { preact: string; preferences: string; 'lead-form': string };

/** Loads the preferences dialog. */
export function loadPreferences(host: string): Promise<typeof import('./preferences.tsx')> {
  return load(host, CHUNK_FILES.preferences);
}

/** Loads the inquiry form. */
export function loadLeadForm(host: string): Promise<typeof import('./lead-form.tsx')> {
  return load(host, CHUNK_FILES['lead-form']);
}

/** Asks for Preact at the same time, rather than once the chunk that imports it has come. */
async function load<Chunk>(host: string, file: string): Promise<Chunk> {
  const [chunk] = await Promise.all([import(`${host}/${file}`), import(`${host}/${CHUNK_FILES.preact}`)]);
  return chunk;
}
