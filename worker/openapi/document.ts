import { version } from '../version.ts';
import { type Answer, type Field, type JsonSchema, type Operation, tags } from './declaration.ts';
import { announcement_operations } from './operations/announcements.ts';
import { assignment_operations } from './operations/assignment.ts';
import { audit_operations } from './operations/audit-events.ts';
import { channel_operations } from './operations/channels.ts';
import { compliance_operations } from './operations/compliance.ts';
import { consent_operations } from './operations/consents.ts';
import { form_operations } from './operations/forms.ts';
import { hold_operations } from './operations/holds.ts';
import { incident_operations } from './operations/incidents.ts';
import { lead_operations } from './operations/leads.ts';
import { policy_operations } from './operations/policies.ts';
import { receipt_operations } from './operations/receipts.ts';
import { request_operations } from './operations/requests.ts';
import { service_operations } from './operations/service.ts';
import { subject_request_operations } from './operations/subject-requests.ts';
import { token_operations } from './operations/tokens.ts';
import {
  listProblems,
  problem_schema,
  writeProblemExamples,
  writeProblemResponses,
  writeProblems,
} from './problems.ts';
import { type Named, splitField, writeFields, writeSchema } from './schemas.ts';

const operations: Operation[] = [
  ...lead_operations,
  ...hold_operations,
  ...incident_operations,
  ...consent_operations,
  ...receipt_operations,
  ...audit_operations,
  ...token_operations,
  ...assignment_operations,
  ...channel_operations,
  ...policy_operations,
  ...announcement_operations,
  ...compliance_operations,
  ...form_operations,
  ...request_operations,
  ...subject_request_operations,
  ...service_operations,
];

const key_field: Field = {
  description: 'Makes a repeat count once: the same key and the same content get the first answer again.',
  pattern: '^[\\x20-\\x7e]{1,64}$',
  example: '5f0c7a52-6f0e-4c1e-9d55-1c6b8d1f2a3b',
};

const introduction = `JSON in UTF-8, names in \`snake_case\`, times in ISO 8601 UTC with milliseconds, ids UUIDs.

Every error is \`application/problem+json\` (RFC 9457), in the language of \`Accept-Language\`; its \`type\` is an address that explains it, and nothing of what was sent is repeated. Any address may also answer 404 \`not-found\` and, to a method that it does not have, 405 \`method-not-allowed\` with \`Allow\`; what \`GET\` answers, \`HEAD\` answers without its content.

Staff send \`Authorization: Bearer TOKEN\`. A token in an address is refused. Bodies may have 16 KiB unless said otherwise.`;

/** Writes the OpenAPI 3.1 document of the service, from the schemas that check what is sent. */
export function writeDocument(): JsonSchema {
  const named: Named = {};
  writeSchema(problem_schema, 'output', named);
  const paths: Record<string, JsonSchema> = {};
  for (const operation of operations) {
    paths[operation.path] ??= {};
    paths[operation.path]![operation.method.toLowerCase()] = writeOperation(operation, named);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'lead-consent',
      version,
      description: introduction,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The host that this description comes from.' }],
    tags: tags.map(name => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1))),
      responses: writeProblemResponses(),
      examples: writeProblemExamples(),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'lc_<id>_<secret>',
          description:
            'A token that an administrator made. What it may do goes by its role; the scope is named with each operation.',
        },
        metrics_token: {
          type: 'http',
          scheme: 'bearer',
          description: 'The setting `METRICS_TOKEN` of the deployment.',
        },
      },
    },
  };
}

function writeOperation(operation: Operation, named: Named): JsonSchema {
  const { id, tag, summary, description, pages = [] } = operation;
  const answers = Object.entries(operation.answers).map(([status, answer]) => [status, writeAnswer(answer, named)]);
  const problems = [...listProblems(operation)].map(([status, slugs]) => [
    status,
    writeProblems(slugs, pages.includes(status)),
  ]);
  const parameters = writeParameters(operation, named);
  return {
    operationId: id,
    tags: [tag],
    ...writeSummaries(summary),
    ...(description && { description }),
    security: writeSecurity(operation),
    ...(parameters.length > 0 && { parameters }),
    ...writeBody(operation, named),
    responses: Object.fromEntries([...answers, ...problems]),
  };
}

function writeSecurity({ scope, metrics_token }: Operation): JsonSchema[] {
  if (scope) return [{ token: [scope] }];
  return { required: [{ metrics_token: [] }], optional: [{}, { metrics_token: [] }], none: [] }[
    metrics_token ?? 'none'
  ];
}

/** Writes the English summary where OpenAPI has a place for one, and the others beside it. */
function writeSummaries({ en, ...others }: Operation['summary']): JsonSchema {
  const named = Object.entries(others).map(([locale, summary]) => [`x-summary-${locale}`, summary]);
  return { summary: en, ...Object.fromEntries(named) };
}

function writeParameters({ path_fields, query, header_fields, repeatable }: Operation, named: Named): JsonSchema[] {
  const headers = { ...header_fields, ...(repeatable && { 'Idempotency-Key': key_field }) };
  const asParameter = (place: string, name: string, required: boolean, field: ReturnType<typeof splitField>) => {
    const { description, example, schema } = field;
    const typed = schema.type || schema.anyOf || schema.const ? schema : { type: 'string', ...schema };
    return {
      name,
      in: place,
      ...(required && { required }),
      description,
      schema: typed,
      ...(example !== undefined && { example }),
    };
  };
  return [
    ...Object.entries(path_fields ?? {}).map(([name, field]) => asParameter('path', name, true, splitField(field))),
    ...(query ? writeFields(query, named) : []).map(field => asParameter('query', field.name, field.required, field)),
    ...Object.entries(headers).map(([name, field]) => asParameter('header', name, false, splitField(field))),
  ];
}

function writeBody({ body }: Operation, named: Named): JsonSchema {
  if (typeof body !== 'object') return {};
  const fields = writeFields(body, named);
  const required = fields.filter(field => field.required).map(({ name }) => name);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(fields.map(({ name, description, schema }) => [name, { ...schema, description }])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
  const usual = fields.filter(({ unusual, example }) => !unusual && example !== undefined);
  const example = Object.fromEntries(usual.map(({ name, example }) => [name, example]));
  const form_types = ['application/x-www-form-urlencoded', 'multipart/form-data'];
  const types = ['application/json', ...(body.form ? form_types : [])];
  return {
    requestBody: {
      ...(!body.optional && { required: true }),
      ...(body.limit_kib && { description: `At most ${body.limit_kib} KiB.` }),
      content: Object.fromEntries(types.map(type => [type, { schema, example }])),
    },
  };
}

function writeAnswer({ description, content = {}, headers = {} }: Answer, named: Named): JsonSchema {
  const described = Object.entries(headers).map(([name, said]) => [
    name.replace('?', ''),
    { description: said, ...(!name.endsWith('?') && { required: true }), schema: { type: 'string' } },
  ]);
  const contents = Object.entries(content).map(([type, { schema, example }]) => [
    type,
    { schema: writeSchema(schema, 'output', named), ...(example !== undefined && { example }) },
  ]);
  return {
    description,
    ...(described.length > 0 && { headers: Object.fromEntries(described) }),
    ...(contents.length > 0 && { content: Object.fromEntries(contents) }),
  };
}
