/** The handlers of incidents, which the first request for one of them loads. */
export { makeIncident, pullIncidents, showIncident } from './incidents.ts';
export { publishNotice } from './notice.ts';
