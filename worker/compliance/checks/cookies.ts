import { digest } from '../../../db/digest.ts';
import { buttons } from '../buttons.ts';
import { broken, type Check, type Checked, kept, unproven } from '../finding.ts';

/** Refusals are stored, and each choice holds for half a year. */
export const C6: Check = ({ choices: { choices, refused, misdated } }) =>
  misdated > 0 ? broken('choices_misdated', { choices: misdated }) : kept('refusals_hold', { choices, refused });

/** The styles of accept and reject that are handed out are those under which a browser drew both alike. */
export const K1: Check = async ({ services, choices: { choices, refused } }) => {
  const [script, styles] = await Promise.all(['/widget.js', '/widget.css'].map(path => readAsset(services, path)));
  if (script === undefined || styles === undefined) return unproven('styles_unread');
  const figures = { choices, refused, digest: buttons.computed_sha256.slice(0, 12) };
  const isDrawn = digest(listButtonRules(script + styles)) === buttons.rules_sha256;
  return isDrawn ? kept('buttons_alike', figures) : broken('buttons_unknown', figures);
};

async function readAsset({ findAsset, settings }: Checked, path: string): Promise<string | undefined> {
  const asset = await findAsset(new Request(new URL(path, settings.public_url || 'http://localhost')));
  return asset?.body ? new Response(asset.body).text() : undefined;
}

/** Returns the rules that draw buttons, from style sheets and from a script that holds one. */
export function listButtonRules(text: string): string {
  return [...text.matchAll(/[\w.:#() >-]*\.lc-(?:button|actions)\b[^{}"'`]*\{[^{}]*\}/g)]
    .map(([rule]) => rule)
    .join('\n');
}

/** Each withdrawal took something back. */
export const K2: Check = ({ choices: { refused, withdrawn, unheeded } }) =>
  unheeded > 0
    ? broken('withdrawals_unheeded', { choices: unheeded })
    : kept('refusals_heeded', { refused, withdrawn });

/** Every choice says what was shown, and grants nothing else. */
export const K3: Check = ({ choices: { choices, refused, unshown } }) =>
  unshown > 0 ? broken('choices_unshown', { choices: unshown }) : kept('choices_shown', { choices, refused });
