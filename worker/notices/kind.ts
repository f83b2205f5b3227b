import type { Attempt } from '../../db/notices/attempts.ts';
import type { Target } from '../../db/notices/channel-seal.ts';
import type { Notice } from '../../db/notices/outbox.ts';
import type { Pace } from '../../db/notices/turns.ts';
import type { Services } from '../context.ts';
import type { RefusedCode } from '../egress/addresses.ts';
import type { Locale } from '../shared/locales.ts';

/** What sending needs. */
export type Sender = Pick<Services, 'db' | 'vault' | 'settings' | 'now' | 'log' | 'connect' | 'postMail'>;

/** A channel is told this in one go: one delivery, or where its kind gathers, all that wait and are of one event. */
export interface Message {
  event: string;
  locale: Locale;
  target: Target;
  notices: [Notice, ...Notice[]];
}

/**
 * Why no channel can lead to an address. `not-whole`: it is what is shown of one. `no-mail-here`: this host sends no mail.
 * `no-mail-server`: no setting names one.
 */
export type AddressRefusal = RefusedCode | 'not-whole' | 'bad-mailbox' | 'no-mail-here' | 'no-mail-server';

/** A kind of receiver. `kinds.ts` lists them. */
export interface Kind {
  /** Returns why no channel can lead to an address, with this host and these settings; undefined where one can. */
  refuseAddress(sender: Pick<Sender, 'settings' | 'postMail'>, address: string): AddressRefusal | undefined;

  /** Returns what may be shown of an address: all of it, unless it holds a key. */
  showAddress(address: string): string;

  /** Returns whether a text can be the secret that signs. */
  isSecret(text: string): boolean;

  /** The sentence that says what a secret looks like. */
  secret_form: string;

  /** Makes a secret; absent where none is needed, or the receiver makes it. */
  makeSecret?(): string;

  /** How often the receiver may be sent to; absent where as often as it answers. */
  pace?: Pace;

  /** Whether one message tells of all that waits. */
  gathers: boolean;

  /** Sends a message and returns what came of it. It throws nothing that an answer can cause. */
  send(sender: Sender, message: Message): Promise<Attempt>;
}
