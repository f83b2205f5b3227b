/** Returns the path of the console's page about a lead or a request, or of the first page. */
export function pageOf(about: { lead_id: string | null; request_id: string | null } | undefined): string {
  if (about?.lead_id) return `/console/leads/${about.lead_id}`;
  return about?.request_id ? `/console/requests/${about.request_id}` : '/console';
}
