/** Code of the reason why a backup cannot be made, or cannot be restored here. Nothing was changed then. */
export type Reason =
  | 'no_backup'
  | 'half'
  | 'damaged'
  | 'wrong_key'
  | 'other_deployment'
  | 'newer_schema'
  | 'not_empty'
  | 'lost_key'
  | 'wrong_trail'
  | 'clock'
  | 'busy'
  | 'no_room'
  | 'stopped';

/** What to do about a backup that is not whole. */
export const copy_again = 'Copy it again, or name an earlier one';

/** Error of a backup that is not made or not restored. The message says what is wrong and what to do, without values. */
export class Refusal extends Error {
  readonly code: Reason;
  constructor(code: Reason, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
