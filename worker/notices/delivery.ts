import type { Deliveries } from '../../db/schema.ts';

/** Returns a delivery as it is answered. */
export function showDelivery({ lead_id, request_id, ...delivery }: Deliveries) {
  return { ...delivery, ...(lead_id && { lead_id }), ...(request_id && { request_id }) };
}
