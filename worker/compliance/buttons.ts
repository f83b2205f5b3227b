/** Digests of the rules that draw the banner's buttons, and of how a browser drew both (test/widget/banner.test.ts). */
export const buttons = {
  rules_sha256: '3fd5110408f18d1b23c6ee7606eafd6f3cd2765848c6bc37484c4f9f5a7b5ae3',
  computed_sha256: '02191931ce067f1c8f82f3133ac2b122c417235a28a4fdf1e986591846a78965',
};
