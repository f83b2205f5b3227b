import type { Locale } from '../../shared/locales.ts';
import type { JsonSchema } from '../declaration.ts';

/** The parts of an OpenAPI document that the page draws. */
export interface Described {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: {
    schemas: Record<string, JsonSchema>;
    responses: Record<string, DescribedResponse>;
  };
}

export interface DescribedOperation extends Partial<Record<`x-summary-${Locale}`, string>> {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: { token?: string[]; metrics_token?: [] }[];
  parameters?: DescribedParameter[];
  requestBody?: { description?: string; content: Record<string, { schema: JsonSchema; example: JsonSchema }> };
  responses: Record<string, DescribedResponse | { $ref: string }>;
}

interface DescribedParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description: string;
  schema: JsonSchema;
  example?: unknown;
}

export interface DescribedResponse {
  description: string;
  headers?: Record<string, { description: string }>;
  content?: Record<string, { schema: JsonSchema; example?: unknown; examples?: Record<string, unknown> }>;
}
