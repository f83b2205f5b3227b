/** Pages that list what events of a kind are about, by the first word of the event. */
const lists: Record<string, string> = { request: '/console/requests', hold: '/console/holds' };

/**
 * Returns the path of the console's page about what an event is about.
 *
 * @param about Undefined for a message about several, which leads to the list of them.
 */
export function pageOf(
  event: string,
  about: { lead_id: string | null; request_id: string | null } | undefined,
): string {
  if (about?.lead_id) return `/console/leads/${about.lead_id}`;
  if (about?.request_id) return `/console/requests/${about.request_id}`;
  return lists[event.split('.')[0]!] ?? '/console';
}
