import * as z from 'zod';
import type { Scope } from '../guards/access.ts';
import type { Slug } from '../http/problems/slugs.ts';
import type { Locale } from '../shared/locales.ts';

/**
 * An operation of the service. It refers to the schemas that its route checks with, so that their rules are
 * not written twice.
 */
export interface Operation {
  id: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Address, as OpenAPI writes it: `/leads/{id}`. */
  path: string;
  tag: Tag;
  summary: Record<Locale, string>;
  description?: string;
  /** Scope that the token's role needs. Without it the operation needs no token. */
  scope?: Scope;
  /** Whether `METRICS_TOKEN` must be presented, or is when more is wanted. */
  metrics_token?: 'required' | 'optional';
  /** Whether a browser may post from the allowed websites only. */
  origin?: true;
  /** Whether requests from one address are limited. */
  limited?: true;
  /** Whether a repeat with the same `Idempotency-Key` gets the first answer. */
  repeatable?: true;
  /** Whether it answers without the database. */
  independent?: true;
  path_fields?: Record<string, Field>;
  /** Parameters of the query. A `lenient` query ignores unknown ones, any other refuses them. */
  query?: Input & { lenient?: true };
  header_fields?: Record<string, Field>;
  /** The body. With `form` it may be urlencoded too. Only the size of an `ignored` body is checked. */
  body?: (Input & { form?: true; optional?: true; limit_kib?: number }) | 'ignored';
  answers: Record<number, Answer>;
  /** Problems that do not follow from the fields above. */
  problems?: Slug[];
  /** Statuses whose problem is answered as a page where `Accept` prefers HTML. */
  pages?: number[];
}

export const tags = [
  'leads',
  'consents',
  'audit',
  'tokens',
  'channels',
  'policies',
  'forms',
  'requests',
  'service',
] as const;
export type Tag = (typeof tags)[number];

/** A JSON Schema, or the part of one that is written by hand. */
export type JsonSchema = { [key: string]: unknown };

/** A description of a field, with the rules that its schema does not hold because they are code. */
export interface Field extends JsonSchema {
  description: string;
  example?: unknown;
  /** Leaves the field out of the operation's example. */
  unusual?: true;
}

/** A schema of something sent, with a description of each of its fields. */
export interface Input {
  schema: z.core.$ZodType;
  fields: Record<string, Field>;
}

/** An answer, with a schema and an example for each type of content. An answer without a body has no content. */
export interface Answer {
  description: string;
  content?: Content;
  /** Headers and what each says. A `?` at the end of a name marks a header that may be missing. */
  headers?: Record<string, string>;
}

export type Content = Record<string, { schema: z.core.$ZodType; example?: unknown }>;

/** The schemas that the document holds once, under a name. */
export const components = z.registry<{ id: string }>();

/** Gives a schema a name in the document. */
export function named<S extends z.core.$ZodType>(id: string, schema: S): S {
  components.add(schema, { id });
  return schema;
}

/** Joins a schema and the descriptions of its fields. The compiler refuses it while one is missing. */
export function describe<S extends z.core.$ZodObject>(
  schema: S,
  fields: Record<keyof S['_zod']['def']['shape'], Field>,
): Input {
  return { schema, fields };
}

export function json(schema: z.core.$ZodType, example: unknown): Content {
  return { 'application/json': { schema, example } };
}

export const page: Content = { 'text/html': { schema: z.string() } };

export const instant = z.iso.datetime();
export const private_headers = { 'Cache-Control': '`private, no-store`: it is kept nowhere on the way.' };
export const no_store = { 'Cache-Control': '`no-store`: it is kept nowhere on the way.' };

/** Values that the examples share. */
export const examples = {
  lead_id: '019aaf3e-2b00-7c3a-9d51-6f0c2b7e4a10',
  other_lead_id: '019aaf3e-9c40-7b12-8e33-0a4d5c6b7f21',
  channel_id: '019aaf3e-8e10-7f66-93d4-7e8f90a1b2c3',
  delivery_id: '019aaf3e-2b05-7a11-8b22-3c4d5ea1b2c3',
  hold_id: '019aaf3e-7d20-7e55-b2c3-4d5e6f708192',
  consent_id: '019aaf3e-5fa0-7d44-a1b2-3c4d5e6f7081',
  visitor_id: '3f2b8c1e-9a4d-4e6f-8b7a-1c2d3e4f5a6b',
  subject_request_id: '019aaf3e-a110-7c22-9d33-4e5f60718293',
  request_id: '019aaf3f-0010-7a5b-8c9d-0e1f2a3b4c5d',
  received_at: '2026-11-23T04:00:00.000Z',
  later_at: '2026-11-23T06:30:00.000Z',
  token_id: 'Jp7mWq2RxT4b',
  other_token_id: 'k9VdH3nLsY6c',
  version: '2026-01',
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
};
