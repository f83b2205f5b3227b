/** Something that does not open, because its key is not there: the subject, and the key where it is known which. */
export interface Unopened {
  subject_id: string;
  key_id?: string | undefined;
}

/**
 * Error of subjects whose key is lost: its setting does not list it, its row is gone, or it is another key than the one
 * that sealed them. The message and `unopened` hold ids alone.
 */
export class LostKey extends Error {
  readonly setting: 'ENCRYPTION_KEYS' | 'SIGNING_KEY';
  readonly unopened: Unopened[];
  constructor(setting: LostKey['setting'], unopened: Unopened[], cause?: unknown) {
    const named = unopened.map(({ subject_id, key_id }) => (key_id ? `${subject_id} (key ${key_id})` : subject_id));
    super(`${setting}: the key is lost that ${named.join(', ')} needs`, { cause });
    this.setting = setting;
    this.unopened = unopened;
  }
}
