import { broken, type Check, kept } from '../finding.ts';

/** No host was called that the settings do not name, and no delivery holds a value of a lead. */
export const S1: Check = ({ services: { called, settings, files }, traces, before }) => {
  const hosts = [...(called ?? [])];
  called?.clear();
  const unlisted = hosts.filter(host => !settings.outbound_hosts.includes(host));
  if (unlisted.length > 0) return broken('hosts_unlisted', { hosts: unlisted.length });
  // A command calls no host, and so it cannot take back what a server has found.
  const last = before('S1');
  if (!called && last?.code === 'hosts_unlisted') return broken('hosts_unlisted', last.figures);
  const { leads, deliveries, in_deliveries } = traces;
  if (in_deliveries > 0) return broken('deliveries_telling', { values: in_deliveries });
  return kept(files ? 'hosts_listed' : 'host_names_listed', { hosts: hosts.length, deliveries, leads });
};
