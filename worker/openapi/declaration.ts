import * as z from 'zod';
import type { Scope } from '../guards/access.ts';
import type { Slug } from '../http/slugs.ts';

/** How an operation is declared: beside the very schemas that its route checks with. What follows from that is not repeated. */
export interface Operation {
  id: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** As OpenAPI writes it: `/leads/{id}`. */
  path: string;
  tag: Tag;
  summary: { en: string; 'zh-CN': string };
  description?: string;
  /** Staff only, with a token whose role has this scope. */
  scope?: Scope;
  /** Takes a browser's post from the allowed websites only. */
  origin?: true;
  /** Takes only so much from one address. */
  limited?: true;
  /** A repeat with the same `Idempotency-Key` gets the first answer. */
  repeatable?: true;
  /** Asks nothing of the database, so that it answers while there is none. */
  independent?: true;
  path_fields?: Record<string, Field>;
  /** What the address may hold; a `lenient` one ignores what it does not know. */
  query?: Input & { lenient?: true };
  header_fields?: Record<string, Field>;
  /** What is sent. `form` bodies may be urlencoded too; an `ignored` one is not looked at, but may not be too large. */
  body?: (Input & { form?: true; limit_kib?: number }) | 'ignored';
  answers: Record<number, Answer>;
  /** Problems beyond those that follow from the above. */
  problems?: Slug[];
  /** Problems that a browser gets as a page, where `Accept` prefers HTML. */
  pages?: number[];
}

export const tags = ['leads', 'consents', 'audit', 'tokens', 'policies', 'forms', 'service'] as const;
export type Tag = (typeof tags)[number];

/** JSON Schema, as far as it is written by hand here. */
export type JsonSchema = { [key: string]: unknown };

/** What a schema cannot say of a field by itself: what it is for, an example, and rules that are code. */
export interface Field extends JsonSchema {
  description: string;
  example?: unknown;
  /** Stands in the list of fields, but not in the example. */
  unusual?: true;
}

/** A checked input and a word on each of its fields. */
export interface Input {
  schema: z.core.$ZodType;
  fields: Record<string, Field>;
}

/** An answer: a schema and an example for each type of content, none for an empty one. */
export interface Answer {
  description: string;
  content?: Content;
  /** Headers that it always has, and what they say; `?` at the end of a name marks one that may be missing. */
  headers?: Record<string, string>;
}

export type Content = Record<string, { schema: z.core.$ZodType; example?: unknown }>;

/** Schemas that stand once, under a name, in the document. */
export const components = z.registry<{ id: string }>();

export function named<S extends z.core.$ZodType>(id: string, schema: S): S {
  components.add(schema, { id });
  return schema;
}

/** An input whose every field has its word: the compiler sees to it. */
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

/** Ids, instants and texts of the examples. */
export const examples = {
  lead_id: '019aaf3e-2b00-7c3a-9d51-6f0c2b7e4a10',
  other_lead_id: '019aaf3e-9c40-7b12-8e33-0a4d5c6b7f21',
  consent_id: '019aaf3e-5fa0-7d44-a1b2-3c4d5e6f7081',
  visitor_id: '3f2b8c1e-9a4d-4e6f-8b7a-1c2d3e4f5a6b',
  request_id: '019aaf3f-0010-7a5b-8c9d-0e1f2a3b4c5d',
  received_at: '2026-11-23T04:00:00.000Z',
  later_at: '2026-11-23T06:30:00.000Z',
  token_id: 'Jp7mWq2RxT4b',
  other_token_id: 'k9VdH3nLsY6c',
  version: '2026-01',
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
};
