import { documentIn, type Policy } from './policy.ts';

/** The instants that decide when a version is in force. */
type Dates = Pick<Policy, 'published_at' | 'effective_at'>;

/** Returns the policy in force: the latest of the versions in effect; undefined before the first. */
export function currentPolicy(policies: Policy[], now: Date): Policy | undefined {
  return policies.find(({ effective_at }) => effective_at <= now.toISOString());
}

/** Returns the policy that comes into force next, or undefined. Of several with the same date it is the one published last. */
export function nextPolicy(policies: Policy[], now: Date): Policy | undefined {
  const next = policies.findLast(({ effective_at }) => effective_at > now.toISOString());
  return next && currentPolicy(policies, new Date(next.effective_at));
}

/**
 * Lists the versions that are ever in force, the latest effective first. One that is published with an earlier date than
 * the version in force never is, so nobody is told of it or asked anew.
 */
function listEverInForce<Version extends Dates>(policies: Version[]): Version[] {
  return policies.filter((one, place) => policies.slice(0, place).every(later => startOf(later) >= startOf(one)));
}

/** Returns from when on a version can be in force: no earlier than it was published. */
function startOf({ published_at, effective_at }: Dates): string {
  return published_at > effective_at ? published_at : effective_at;
}

/**
 * Returns the instant from which choices are valid: the start of the latest significant version in effect, or else of
 * the first. Visitors with an earlier choice are asked again.
 */
export function choicesHoldSince(policies: Policy[], now: Date): string {
  // Without those to come the list begins with the version in force, also where a clock that was ahead has dated its publication.
  const inEffect = listEverInForce(policies.filter(({ effective_at }) => effective_at <= now.toISOString()));
  return (inEffect.find(({ change_class }) => change_class === 'significant') ?? inEffect.at(-1)!).effective_at;
}

/** Returns what the visitors who are asked again are told: the summary of the change since which choices are valid. */
export function summaryIn(policies: Policy[], now: Date, locale: string): string | null {
  const change = currentPolicy(listChanges(policies), now);
  return change ? documentIn(change, locale).summary : null;
}

/**
 * Lists the significant versions that change an earlier one, the latest effective first.
 *
 * @param policies In the same order.
 */
export function listChanges<Version extends Dates & Pick<Policy, 'change_class'>>(policies: Version[]): Version[] {
  return listEverInForce(policies)
    .slice(0, -1)
    .filter(({ change_class }) => change_class === 'significant');
}
