/** The name of the consent cookie. The widget learns it from the policy. */
export const cookie_name = 'consent';

/** What the consent cookie holds. */
export interface CookieChoice {
  visitor_id: string;
  policy_version: string;
  /** Ids of the purposes that may be pursued. */
  granted: string[];
  /** ISO 8601, UTC. */
  chosen_at: string;
}

/** Writes the value of the consent cookie: `v1.<visitor_id>.<policy_version>.<chosen_at in seconds>.<granted, joined by _>`. */
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

const written = /^v1\.([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.([\w-]+)\.(\d{1,12})\.([a-z\d_-]*)$/;

/** The precision of the cookie: whole seconds since 1970. */
export const toSeconds = (at: string) => Math.floor(Date.parse(at) / 1000);
