import { channel_kinds, findChannel, listChannels, removeChannel } from '../../db/notices/channels.ts';
import { channel_events } from '../../db/notices/write.ts';
import { findKeyMistakes } from '../../db/vault/check.ts';
import { createVault } from '../../db/vault/vault.ts';
import { connect } from '../node/egress.ts';
import { createPostMail } from '../node/mail.ts';
import { addChannel, newChannel } from '../notices/channels.ts';
import { sendTest } from '../notices/send.ts';
import { locales } from '../shared/locales.ts';
import { readKeys } from './keys/read.ts';
import { type Command, defineCommand, flag, Mistake, operator, text } from './run/command.ts';
import { database_options, onDatabase, readTarget, type Target } from './run/target.ts';

const usual_kind = 'webhook';

const add = defineCommand({
  name: 'channel add',
  usage:
    '[--kind KIND] --name NAME --address URL --events EVENT[,EVENT] [--secret SECRET] [--locale LOCALE] [--after-hours N] [--paused]',
  sentence: `Makes a channel and prints it, with the secret where one was made: it is never shown again. The host must be listed in OUTBOUND_HOSTS; of e-mail the address is a mailbox. Kinds: ${channel_kinds.join(', ')}; ${usual_kind} unless said. Events: ${channel_events.join(', ')}.`,
  options: {
    ...database_options,
    kind: text,
    name: text,
    address: text,
    events: text,
    secret: text,
    locale: text,
    'after-hours': text,
    paused: flag,
  },
  async run({ values, now }) {
    const { kind = usual_kind, name, address, events = '', secret, locale, paused, 'after-hours': after } = values;
    const sent = {
      kind,
      name,
      address,
      events: events.split(',').filter(Boolean),
      locale,
      paused,
      secret,
      after_hours: after && Number(after),
    };
    const asked = newChannel.safeParse(sent);
    if (!asked.success) throw new Mistake(explain(String(asked.error.issues[0]!.path[0])));
    const { settings, vault, postMail } = await readSender(readTarget(values));
    return onDatabase(values, async db => {
      const mistakes = await findKeyMistakes(db, vault, settings, now);
      if (mistakes.length > 0) throw new Mistake(mistakes.join('\n'));
      const made = await addChannel({ db, vault, settings, ...postMail }, asked.data, operator, now);
      if ('field' in made) throw new Mistake(`--${made.field}: ${made.message}`);
      return made;
    });
  },
});

const list = defineCommand({
  name: 'channel list',
  usage: '',
  sentence: 'Lists every channel, without its secret.',
  options: database_options,
  run: ({ values }) => onDatabase(values, listChannels),
});

const test = defineCommand({
  name: 'channel test',
  usage: 'ID',
  sentence: 'Sends a test to a channel now, from this machine, and fails unless its receiver accepts it.',
  options: database_options,
  words: 1,
  async run({ values, rest: [id = ''], now }) {
    const { settings, vault, postMail } = await readSender(readTarget(values));
    const services = { vault, settings, now: () => now, log() {}, connect, ...postMail };
    return onDatabase(values, async db => {
      if (!(await findChannel(db, id))) throw unknownChannel();
      const delivery = await sendTest({ ...services, db }, id);
      if (delivery && 'wait_ms' in delivery) throw new Mistake('the receiver takes no more now: try again in a minute');
      if (delivery?.state === 'sent') return delivery;
      throw new Mistake(`the receiver did not accept it: ${delivery?.last_error ?? delivery?.last_status}`, delivery);
    });
  },
});

const remove = defineCommand({
  name: 'channel remove',
  usage: 'ID',
  sentence: 'Removes a channel, its secret and its deliveries, those that wait too.',
  options: database_options,
  words: 1,
  async run({ values, rest: [id = ''], now }) {
    if (!(await onDatabase(values, db => removeChannel(db, id, operator, now)))) throw unknownChannel();
    return { removed: id };
  },
});

export const channel_commands: Command[] = [add, list, test, remove];

/** Reads what sending needs. A channel of a D1 is the Worker's, which sends no mail. */
async function readSender(target: Target) {
  const settings = await readKeys(target);
  return {
    settings: { ...settings, public_url: settings.public_url ?? '' },
    vault: createVault(settings.encryption_keys, settings.index_key),
    postMail: target.on === 'url' && { postMail: createPostMail(settings) },
  };
}

function unknownChannel() {
  return new Mistake('there is no channel with this id: see channel list');
}

function explain(field: string): string {
  if (field === 'events')
    return `--events: expected one or more of ${channel_events.join(', ')}, each once, with commas between`;
  if (field === 'kind') return `--kind: expected ${channel_kinds.join(', ')}`;
  if (field === 'locale') return `--locale: expected ${locales.join(' or ')}`;
  if (field === 'after_hours') return '--after-hours: expected a whole number from 1 to 1,000';
  if (field === 'secret') return '--secret: expected at most 200 characters';
  if (field === 'address') return '--address: expected at most 2,000 characters';
  return '--name: expected at most 100 characters on a line';
}
