/** Returns the groups of a receipt code, each with the hyphen that follows it. A line may break between two of them alone. */
export function groupsOf(code: string): string[] {
  return code.match(/[^-]+-?/g) ?? [];
}
