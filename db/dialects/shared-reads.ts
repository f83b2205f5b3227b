import type { Database } from '../database.ts';

/**
 * Wraps a reader so that a query without parameters runs once for all requests of a turn of the event loop.
 *
 * @returns The shared reader, and `forget`, which drops the shared rows: after a write of this process the next
 *   query runs anew.
 */
export function shareReads(read: Database['read']): { read: Database['read']; forget(): void } {
  const asked = new Map<string, Promise<unknown[]>>();
  return {
    read(query) {
      if (query.parameters.length > 0) return read(query);
      const rows = asked.get(query.sql) ?? read(query);
      if (asked.size === 0) setImmediate(() => asked.clear());
      asked.set(query.sql, rows);
      return rows as ReturnType<typeof read<never>>;
    },
    forget: () => asked.clear(),
  };
}
