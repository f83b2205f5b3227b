/** Refuses the import of the server's package, which exports nothing, with what to import or run instead. */
throw new Error(
  'lead-consent exports nothing: it is a program. Run it with `npx lead-consent start`. ' +
    'A website imports `init` from "lead-consent-widget" (with components in "/react" and "/preact").',
);

export {};
