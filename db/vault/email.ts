/** An international host: letters, digits and marks, some of them beyond ASCII. */
const international = /^(?=.*[^\x00-\x7f])[\p{L}\p{M}\p{N}.-]+$/u;

/**
 * Returns the one spelling by which e-mail addresses are compared: those that reach the same mailbox have the same one.
 * Browsers send `shop@xn--fsqu00a.xn--fiqs8s` for what another program sends as `shop@例子.中国`, so hosts are compared
 * as A-labels.
 *
 * @param email An address of at most 254 characters.
 * @see RFC 5890 §2.3.2.4, UTS #46
 */
export function canonicalizeEmail(email: string): string {
  const folded = email
    .normalize('NFKC')
    .replace(/。/g, '.')
    .replace(/[\s\p{Cf}]/gu, '')
    .toLowerCase();
  const at = folded.lastIndexOf('@') + 1;
  return folded.slice(0, at) + toAscii(folded.slice(at));
}

/** Returns a host as A-labels; a name that no host can have as it is. */
function toAscii(host: string): string {
  const address = `http://${host}`;
  return international.test(host) && URL.canParse(address) ? new URL(address).hostname : host;
}
