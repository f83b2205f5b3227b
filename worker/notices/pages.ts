/** Pages of the console that list what events are about. */
const lists: Record<string, string> = {
  'lead.waiting': '/console?status=new&order=asc',
  'follow_up.due': '/console?due=today',
  'request.created': '/console/requests',
  'request.due': '/console/requests',
  'hold.review_due': '/console/holds',
};

/** Pages for everyone that show what events are about. People are led there, because no page of the console shows as much to each role. */
export const public_pages = { 'compliance.broken': '/compliance', 'policy.published': '/policies' };

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
  return lists[event] ?? '/console';
}
