import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import { writeDocument } from '../../worker/openapi/document.ts';

export interface Schema {
  type?: string | string[];
  anyOf?: Schema[];
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

interface Content {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, unknown>;
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
  example?: unknown;
}

interface Answer {
  headers?: Record<string, { required?: boolean }>;
  content?: Record<string, Content>;
}

export interface Operation {
  method: string;
  path: string;
  operationId: string;
  security: { token?: string[]; metrics_token?: [] }[];
  parameters: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Content> };
  responses: Record<string, Answer>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { responses: Record<string, Answer>; schemas: object; examples: Record<string, { value: unknown }> };
}

export const document = JSON.parse(JSON.stringify(writeDocument())) as Document;

/** All operations of the document, their references resolved. */
export const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    ...operation,
    method: method.toUpperCase(),
    path,
    parameters: operation.parameters ?? [],
    responses: Object.fromEntries(
      Object.entries(operation.responses).map(([status, answer]) => [status, follow(answer)]),
    ),
  })),
);

function follow(answer: Answer & { $ref?: string }): Answer {
  return answer.$ref ? document.components.responses[answer.$ref.split('/').pop()!]! : answer;
}

const ajv = new Ajv2020.default({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(close({ $id: 'document', components: document.components }));

/** Returns a schema in which an object has no fields but those that are described, so that an answer that tells more is a mistake. */
function close<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(close) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]));
  const isOpen = 'allOf' in closed || 'anyOf' in closed || 'additionalProperties' in closed;
  if (closed.type === 'object' && closed.properties && !isOpen) closed.additionalProperties = false;
  return closed as T;
}

/**
 * Compiled checks by the text of their schema. Because compiling takes longer than all the checks of a schema, each
 * is compiled once.
 */
const checks = new Map<string, ValidateFunction>();

/** Lists what is wrong with a value by a schema of the document. */
export function findMistakes(schema: Schema, value: unknown): string[] {
  const pointed = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
  const check = checks.get(pointed) ?? ajv.compile(close(JSON.parse(pointed)));
  checks.set(pointed, check);
  return check(value) ? [] : check.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The answers so far: operation, status and, for a problem, its slug. */
export const answered = new Set<string>();

/** Checks an answer against the document: status, headers, content type and content. */
export async function holdAgainst(operation: Operation, response: Response): Promise<string> {
  const { status } = response;
  const type = response.headers.get('Content-Type')?.split(';')[0];
  const text = await response.text();
  const described = operation.responses[status];
  const where = `${operation.operationId} ${status} ${type ?? ''}`;
  expect(described, `${where}: this status is not documented; ${text.slice(0, 300)}`).toBeDefined();
  for (const [name, { required }] of Object.entries(described!.headers ?? {}))
    if (required) expect(response.headers.get(name), `${where}: header ${name}`).not.toBeNull();
  if (!described!.content) {
    expect(text, where).toBe('');
    answered.add(`${operation.operationId} ${status}`);
    return '';
  }
  const content = described!.content[type!];
  expect(content, `${where}: this type of content is not documented`).toBeDefined();
  const value = /[/+]json$/.test(type!) ? JSON.parse(text) : text;
  expect(findMistakes(content!.schema, value), `${where}: ${text.slice(0, 500)}`).toEqual([]);
  if (type === 'application/x-ndjson') holdLines(described!, text, where);
  const slug = type === 'application/problem+json' ? (value.type as string).split('/').pop()! : type!;
  if (type === 'application/problem+json') expect(value.status, where).toBe(status);
  answered.add(`${operation.operationId} ${status} ${slug}`);
  return slug;
}

/** Checks each line of a stream against an item of the list in JSON. */
function holdLines({ content }: Answer, text: string, where: string): void {
  const list = Object.values(content!['application/json']!.schema.properties!).find(({ items }) => items)!;
  const lines = text.trimEnd().split('\n');
  for (const line of lines) expect(findMistakes(list.items!, JSON.parse(line)), `${where}: ${line}`).toEqual([]);
}

/** Lists all answers that the document describes, in the form of `answered`. */
export function listAnswers(): string[] {
  return operations.flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, { content }]) => {
      if (!content) return [`${operationId} ${status}`];
      return Object.entries(content).flatMap(([type, { examples = {} }]) =>
        type === 'application/problem+json'
          ? Object.keys(examples).map(slug => `${operationId} ${status} ${slug}`)
          : [`${operationId} ${status} ${type}`],
      );
    }),
  );
}
