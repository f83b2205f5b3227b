import * as z from 'zod';
import { components, type Field, type Input, type JsonSchema } from './declaration.ts';

/** Schemas under a name, as far as they were used. */
export type Named = Record<string, JsonSchema>;

/** Writes a schema as JSON Schema, its named parts as references, which are added to `named`. */
export function writeSchema(schema: z.core.$ZodType, io: 'input' | 'output', named: Named): JsonSchema {
  const {
    $schema: _,
    $defs,
    ...written
  } = z.toJSONSchema(schema, {
    io,
    metadata: components,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // A format says it; the patterns of dates and ids are half a screen each.
      if (jsonSchema.format) delete jsonSchema.pattern;
    },
  }) as JsonSchema;
  Object.assign(named, renameReferences($defs ?? {}));
  return renameReferences(written);
}

/** The properties of an input, each with its word; what is said by hand goes before what the schema says. */
export function writeFields({ schema, fields }: Input, named: Named) {
  const { properties, required = [] } = writeSchema(schema, 'input', named) as {
    properties: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, written]) => ({
    name,
    required: required.includes(name),
    ...splitField(fields[name]!, written),
  }));
}

/** A field's description and example apart from its schema. */
export function splitField({ description, example, unusual, ...rules }: Field, written: JsonSchema = {}) {
  const { pattern, ...rest } = written;
  const isText = (rules.type ?? written.type) === 'string' || written.pattern === undefined;
  const schema: JsonSchema = { ...rest, ...(pattern !== undefined && isText && { pattern }), ...rules };
  if (schema.type === undefined && schema.enum) schema.type = 'string';
  return { description, example, unusual, schema };
}

function renameReferences<T extends object>(schema: T): T {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
