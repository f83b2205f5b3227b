/**
 * Finds a holder whose name is another one and yet nearly the same: in other letters of one width or case, or with other
 * spaces. Whose name is the same is taken for the same person.
 */
export function findNearName(name: string, holders: readonly { holder: string }[]): string | undefined {
  if (holders.some(({ holder }) => holder === name)) return undefined;
  const folded = fold(name);
  return holders.find(({ holder }) => fold(holder) === folded)?.holder;
}

/** Folds a name for comparison. Because "ß" and "SS" are one, it goes through capitals. */
function fold(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toUpperCase().toLowerCase();
}
