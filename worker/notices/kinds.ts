import type { Channels } from '../../db/schema.ts';
import type { Kind } from './kind.ts';
import { webhook } from './webhook.ts';

/** Every kind of receiver that a channel can lead to. */
export const kinds: Record<Channels['kind'], Kind> = { webhook };
