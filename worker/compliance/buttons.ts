/** Digests of the rules that draw the banner's buttons, and of how a browser drew both (test/widget/banner.test.ts). */
export const buttons = {
  rules_sha256: '602892f534aed454efd34712d5159d1b940ca8afb360507a73dda70b4eb5ec26',
  computed_sha256: '02191931ce067f1c8f82f3133ac2b122c417235a28a4fdf1e986591846a78965',
};
