import type { ConsentRecord } from '../../db/consents/record.ts';
import { choice_holds_days, documentIn, type Policy } from '../../db/policies/policy.ts';
import type { Services } from '../context.ts';

type Recorded = ConsentRecord & { locale: string };

/** Who answers for the record, and where. */
type Controller = Pick<Services['settings'], 'public_url' | 'controller_name' | 'controller_contact'>;

/** Choices in a receipt. Nobody makes as many, but an attacker could. */
export const choices_per_receipt = 200;

/**
 * Describes what a visitor chose, the latest first, with the texts that were shown.
 *
 * @param choices One more than the receipt holds, where there are as many: what was granted before tells a withdrawal.
 *
 * @see docs/receipt.md, and ISO/IEC TS 27560:2023, which gives the names of the fields where it has any.
 */
export function describeReceipt(choices: Recorded[], policies: Policy[], settings: Controller, now: Date) {
  const { public_url, controller_name, controller_contact } = settings;
  const { visitor_id } = choices[0]!;
  const records = choices.slice(0, choices_per_receipt).map((choice, at) => {
    const policy = policies.find(({ version }) => version === choice.policy_version)!;
    return describeRecord(choice, policy, choices[at + 1], public_url);
  });
  return {
    schema_version: 'lead-consent/1',
    pii_principal_id: visitor_id,
    issued_at: now.toISOString(),
    pii_controllers: [{ party_name: controller_name, party_contact: controller_contact, party_url: public_url }],
    withdrawal_method: `${public_url}/consents/${visitor_id}/withdrawal`,
    records,
  };
}

function describeRecord(choice: Recorded, policy: Policy, previous: Recorded | undefined, public_url: string) {
  const { id, policy_version, locale, shown, granted, source, chosen_at, received_at, expires_at } = choice;
  const text = documentIn(policy, locale);
  return {
    record_id: id,
    privacy_notice: `${public_url}/policies/${policy_version}?lang=${text.locale}`,
    privacy_notice_sha256: text.sha256,
    policy_version,
    language: locale,
    source,
    received_at,
    expires_at,
    purposes: text.purposes
      .filter(purpose => shown.includes(purpose.id))
      .map(({ id, name, description, required }) => ({
        purpose: id,
        name,
        description,
        lawful_basis: required ? 'necessary' : 'consent',
        event: {
          event_time: chosen_at,
          event_type: 'explicit',
          entity_id: choice.visitor_id,
          state: granted.includes(id) || required ? 'given' : previous?.granted.includes(id) ? 'withdrawn' : 'refused',
          validity_duration: `P${choice_holds_days}D`,
        },
      })),
  };
}
