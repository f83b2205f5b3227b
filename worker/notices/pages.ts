/** Returns the path of the console's page about a lead, or of the list of them. */
export function pageOf(lead_id: string | null): string {
  return lead_id ? `/console/leads/${lead_id}` : '/console';
}
