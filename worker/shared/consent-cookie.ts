/** Name of the consent cookie. The widget reads it from the policy. */
export const cookie_name = 'consent';

/** Value of the consent cookie. */
export interface CookieChoice {
  visitor_id: string;
  policy_version: string;
  /** Ids of the purposes that are granted. */
  granted: string[];
  /** ISO 8601, UTC. */
  chosen_at: string;
}

/** Writes the consent cookie, `v1.<visitor_id>.<policy_version>.<chosen_at>.<granted>`; `_` joins the ids. */
export function formatChoice({ visitor_id, policy_version, granted, chosen_at }: CookieChoice): string {
  return ['v1', visitor_id, policy_version, toSeconds(chosen_at), granted.join('_')].join('.');
}

/** Reads the value of the consent cookie. Returns undefined for any other text. */
export function parseChoice(value = ''): CookieChoice | undefined {
  const [, visitor_id, policy_version, at, granted] = written.exec(value) ?? [];
  if (!visitor_id || !policy_version) return undefined;
  const chosen_at = new Date(Number(at) * 1000).toISOString();
  return { visitor_id, policy_version, granted: granted ? granted.split('_') : [], chosen_at };
}

const written =
  /^v1\.([\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12})\.([a-zA-Z\d-]{1,32})\.(\d{1,12})\.([a-z\d_-]*)$/;

/** Returns whole seconds since 1970, the precision of the cookie. */
export const toSeconds = (at: string) => Math.floor(Date.parse(at) / 1000);
