import type { Channels } from '../../db/schema.ts';
import { dingtalk } from './dingtalk.ts';
import { email } from './email.ts';
import { feishu } from './feishu.ts';
import type { Kind } from './kind.ts';
import { webhook } from './webhook.ts';
import { wecom } from './wecom.ts';

/** Every kind of receiver that a channel can lead to. */
export const kinds: Record<Channels['kind'], Kind> = { webhook, feishu, dingtalk, wecom, email };
