import * as z from 'zod';
import { components, type Field, type Input, type JsonSchema } from './declaration.ts';

/** The named schemas that the document refers to. */
export type Named = Record<string, JsonSchema>;

/** Writes a schema as JSON Schema. Its named parts become references, and their schemas are added to `named`. */
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
      // Where there is a format, the pattern adds nothing: those of dates and ids fill half a screen each.
      if (jsonSchema.format) delete jsonSchema.pattern;
    },
  }) as JsonSchema;
  Object.assign(named, renameReferences($defs ?? {}));
  return renameReferences(written);
}

/** Returns the fields of an input with their descriptions. Rules written by hand replace those of the schema. */
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

/** Separates a field's description and example from its schema. */
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
