/** Digests of the rules that draw the banner's buttons, and of how a browser drew both (test/widget/banner.test.ts). */
export const buttons = {
  rules_sha256: '9fb840d5b8550d1bb0bcf9994a2921c2cfb11edd4132e399ec6cf164587c0da9',
  computed_sha256: '02191931ce067f1c8f82f3133ac2b122c417235a28a4fdf1e986591846a78965',
};
