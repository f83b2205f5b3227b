import type { Context } from 'hono';
import type { Policy } from '../../db/policies/policy.ts';
import type { App } from '../context.ts';

/** Returns a version as the list has it, with the address of each document. */
export function describePolicy(c: Context<App>, { documents, ...policy }: Policy) {
  return {
    ...policy,
    documents: documents.map(({ locale, sha256 }) => ({ locale, sha256, url: documentUrl(c, policy.version, locale) })),
  };
}

/** Returns the address of a document. */
export function documentUrl(c: Context<App>, version: string, locale: string): string {
  return `${c.var.services.settings.public_url}/policies/${version}?lang=${locale}`;
}
