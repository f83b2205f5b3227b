/**
 * Writes the address of a request's page, or of what is posted there.
 *
 * @param step What follows the request in the path: `/refusal`, say.
 */
export function requestAddress(id: string, step = '', more: Record<string, string | undefined> = {}): string {
  const kept = Object.entries(more).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const query = new URLSearchParams(kept).toString();
  return `/console/requests/${id}${step}${query ? `?${query}` : ''}`;
}
