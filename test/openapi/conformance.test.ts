import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../db/database.ts';
import { createApp } from '../../worker/app.ts';
import { writeDocument } from '../../worker/openapi/document.ts';
import { buildReference } from '../../worker/openapi/reference.ts';
import { locales } from '../../worker/shared/locales.ts';
import {
  answered,
  document,
  findMistakes,
  holdAgainst,
  listAnswers,
  type Operation,
  operations,
} from '../support/conformance.ts';
import { breakDatabase, openWorld, other_roles, roleFor, writeParts } from '../support/conformance-world.ts';
import { origin, start } from '../support/harness.ts';

const html = { Accept: 'text/html' };
const browsers_answer = (operation: Operation, status: number) => operation.responses[status]?.content?.['text/html'];
const named = operations.map(operation => [operation.operationId, operation] as const);
const staff = named.filter(([, operation]) => roleFor(operation));
const posting = named.filter(([, { requestBody }]) => requestBody);
const querying = named.filter(([, { parameters }]) => parameters.some(one => one.in === 'query'));
const addressed = named.filter(([, { parameters }]) => parameters.some(one => one.in === 'path'));

/** Fields that the server takes with any type: the bot check is off here, and an unknown language falls back. */
const unread = ['challenge', 'form_token', 'website', 'withdrawLead locale'];
const isUnread = ({ operationId }: Operation, name: string) =>
  unread.includes(name) || unread.includes(`${operationId} ${name}`);

describe('the document', () => {
  it('is OpenAPI 3.1, by its own schema', async () => {
    expect(await new Validator().validate(writeDocument() as Record<string, unknown>)).toEqual({ valid: true });
  });

  it('has every address and method of the app, and no other but those for people, browsers and robots', async () => {
    const { services } = await start();
    const routes = createApp(services)
      .routes.filter(
        ({ method, path }) => method !== 'ALL' && !path.includes('*') && !/^\/(console|favicon|robots|$)/.test(path),
      )
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const documented = operations.map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(routes)].sort()).toEqual(documented.sort());
  });

  it('shows examples that are as it says', () => {
    for (const { operationId, parameters, requestBody, responses } of operations) {
      const contents = [requestBody, ...Object.values(responses)].flatMap(one => Object.entries(one?.content ?? {}));
      for (const [type, { schema, example }] of contents)
        if (example !== undefined && type !== 'application/x-www-form-urlencoded')
          expect(findMistakes(schema, example), `${operationId} ${JSON.stringify(example)}`).toEqual([]);
      for (const { name, schema, example } of parameters)
        if (example !== undefined) expect(findMistakes(schema, example), `${operationId} ${name}`).toEqual([]);
    }
    for (const { value } of Object.values(document.components.examples))
      expect(findMistakes({ $ref: '#/components/schemas/Problem' } as object, value)).toEqual([]);
  });

  it('describes each operation in every language, once', () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    const translations = locales.filter(locale => locale !== 'en').map(locale => `x-summary-${locale}`);
    for (const [path, methods] of Object.entries(document.paths))
      for (const operation of Object.values(methods))
        expect(Object.keys(operation), path).toEqual(expect.arrayContaining(['summary', ...translations, 'tags']));
  });

  it('is what the server hands out, also as a page', async () => {
    const { app } = await openWorld();
    const files = buildReference();
    expect(await (await app.request(`${origin}/openapi.json`)).text()).toBe(files.get('openapi.json'));
    for (const locale of locales)
      expect(await (await app.request(`${origin}/docs?lang=${locale}`)).text()).toBe(files.get(`docs.${locale}.html`));
  });
});

describe('what works', () => {
  it.each(named)('%s: its example, in every type that it takes and gives', async (_, operation) => {
    const { requestBody, parameters, responses } = operation;
    const accepts = Object.values(responses).flatMap(({ content }) => Object.keys(content ?? {}));
    for (const type of Object.keys(requestBody?.content ?? { '': '' }))
      for (const Accept of new Set(['*/*', ...accepts.filter(one => one !== 'application/problem+json')])) {
        const { ask, exampleOf } = await openWorld();
        const parts = type.startsWith('multipart/') && writeParts(exampleOf(operation) as Record<string, string>);
        const response = await ask(operation, { ...(type && { type }), ...parts, headers: { Accept } });
        expect([200, 201, 202, 204, 303], `${type} ${Accept}`).toContain(response.status);
        await holdAgainst(operation, response);
      }
    const optional = parameters.filter(({ in: place, name }) => place === 'query' && name !== 'cursor');
    const query = Object.fromEntries(optional.map(({ name, example }) => [name, String(example)]));
    const response = await (await openWorld()).ask(operation, { query });
    expect(response.status).toBeLessThan(300);
    await holdAgainst(operation, response);
  });

  it.each(named.filter(([, { responses }]) => responses[304]))('%s: 304 to who has it', async (_, operation) => {
    const { ask } = await openWorld();
    const etag = (await ask(operation)).headers.get('ETag')!;
    expect(await holdAgainst(operation, await ask(operation, { headers: { 'If-None-Match': etag } }))).toBe('');
  });

  it.each(querying.filter(([, one]) => one.parameters.some(({ name }) => name === 'limit')))(
    '%s: page after page, to the end',
    async (_, operation) => {
      const { ask } = await openWorld();
      let query: Record<string, string> = { limit: '1' };
      for (let pages = 0; pages < 50; pages++) {
        const response = await ask(operation, { query });
        const { next_cursor, has_more } = (await response.clone().json()) as { next_cursor: string; has_more: boolean };
        await holdAgainst(operation, response);
        expect(response.headers.has('Link')).toBe(has_more);
        if (!has_more) return;
        query = { limit: '1', cursor: next_cursor };
      }
      throw new Error('the list does not end');
    },
  );

  it.each(named.filter(([id]) => id === 'showConsents' || id === 'showReceipt'))(
    '%s: 429 to an address that asks too often',
    async (_, operation) => {
      const { ask, limits } = await openWorld();
      limits.wait_seconds = 6;
      expect(await holdAgainst(operation, await ask(operation))).toBe('too-many-requests');
    },
  );

  it('showLead, changeLead, eraseLead: what is left of an erased lead, and one under a hold', async () => {
    const { ask, held, ids } = await openWorld();
    const find = (id: string) => operations.find(({ operationId }) => operationId === id)!;
    await ask(find('eraseLead'));
    for (const id of [held.id, ids['/leads/{id}']!])
      for (const operation of ['showLead', 'changeLead', 'eraseLead'].map(find))
        await holdAgainst(operation, await ask(operation, { path: { id } }));
  });
});

describe('who may', () => {
  it.each(staff)(
    '%s: 401 without a token, 401 and 429 with a wrong one, 403 with another role',
    async (_, operation) => {
      const { ask, limits } = await openWorld();
      expect(await holdAgainst(operation, await ask(operation, { role: 'nobody' }))).toBe('unauthorized');
      expect(await holdAgainst(operation, await ask(operation, { role: 'stranger' }))).toBe('unauthorized');
      limits.wait_seconds = 6;
      expect(await holdAgainst(operation, await ask(operation, { role: 'stranger' }))).toBe('too-many-requests');
      for (const role of other_roles(operation))
        expect(await holdAgainst(operation, await ask(operation, { role }))).toBe('forbidden');
    },
  );

  it.each(
    named.filter(
      ([, { responses }]) => responses[403]?.content?.['application/problem+json']?.examples?.['origin-not-allowed'],
    ),
  )('%s: 403 to other websites, 429 to who comes too often', async (_, operation) => {
    const { ask, limits } = await openWorld();
    const evil = { Origin: 'https://evil.example' };
    expect(await holdAgainst(operation, await ask(operation, { headers: evil }))).toBe('origin-not-allowed');
    limits.wait_seconds = 6;
    expect(await holdAgainst(operation, await ask(operation))).toBe('too-many-requests');
    if (browsers_answer(operation, 429)) await holdAgainst(operation, await ask(operation, { headers: html }));
  });

  it('showMetrics: 404 without the token and with a wrong one; showHealth: no figures then', async () => {
    const { ask } = await openWorld();
    const find = (id: string) => operations.find(({ operationId }) => operationId === id)!;
    for (const role of ['nobody', 'stranger'] as const) {
      expect(await holdAgainst(find('showMetrics'), await ask(find('showMetrics'), { role }))).toBe('not-found');
      const response = await ask(find('showHealth'), { role, query: { full: '' } });
      expect(await response.clone().json()).toEqual({ status: 'ok', warnings: [] });
      await holdAgainst(find('showHealth'), response);
    }
    const full = await ask(find('showHealth'), { query: { full: '' } });
    expect(await full.clone().json()).toMatchObject({ status: 'ok', figures: { outboxes: expect.anything() } });
    await holdAgainst(find('showHealth'), full);
  });

  it.each(['submitForm', 'submitRequest'])('%s: 403 without a bot check', async id => {
    const { ask, services } = await openWorld();
    services.settings.bot_check = true;
    const operation = operations.find(({ operationId }) => operationId === id)!;
    expect(await holdAgainst(operation, await ask(operation))).toBe('bot-check-failed');
    expect(await holdAgainst(operation, await ask(operation, { headers: html }))).toBe('text/html');
  });
});

describe('what is refused', () => {
  it.each(Object.keys(document.paths))('%s: 405 to every method that it does not have', async path => {
    const here = operations.filter(operation => operation.path === path);
    const methods = here.map(({ method }) => method);
    const { ask } = await openWorld();
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(one => !methods.includes(one))) {
      const response = await ask(here[0]!, { method, body: undefined });
      expect(response.status, method).toBe(405);
      const allowed = response.headers.get('Allow')!.split(', ');
      expect(allowed.filter(one => one !== 'HEAD').sort()).toEqual([...methods].sort());
      expect(findMistakes({ $ref: '#/components/schemas/Problem' } as object, await response.json())).toEqual([]);
    }
  });

  it.each(posting)('%s: bodies of another type, broken, too large, or no object', async (_, operation) => {
    const { ask, exampleOf } = await openWorld();
    const slug = async (sent: object) => holdAgainst(operation, await ask(operation, sent));
    for (const type of ['text/plain', 'application/xml', 'application/json; charset=gbk', 'multipart/form-data'])
      expect(await slug({ type }), type).toBe('unsupported-media-type');
    const missing = operation.requestBody!.required ? [''] : [];
    for (const body of ['{"name":', '[1,]', ...missing]) expect(await slug({ body })).toBe('malformed-json');
    for (const body of [[], 'null', '7', '"text"']) expect(await slug({ body })).toBe('invalid-fields');
    const limits_kib: Record<string, number> = { '/policies': 512, '/incidents/{id}/notice': 128 };
    const padding = ' '.repeat((limits_kib[operation.path] ?? 16) * 1024);
    expect(await slug({ body: padding + JSON.stringify(exampleOf(operation)) })).toBe('payload-too-large');
  });

  it.each(named.filter(([, { requestBody, responses }]) => !requestBody && responses[413]))(
    '%s: 413 for a body that nobody asked for',
    async (_, operation) => {
      const { ask } = await openWorld();
      expect(await holdAgainst(operation, await ask(operation, { body: 'x'.repeat(20_000) }))).toBe(
        'payload-too-large',
      );
    },
  );

  it.each(posting)('%s: each field missing, of another type, out of bounds; unknown ones', async (_, operation) => {
    const { properties = {}, required = [] } = operation.requestBody!.content['application/json']!.schema;
    const { ask, exampleOf } = await openWorld();
    const example = exampleOf(operation)!;
    const slug = async (body: object, headers = {}) => holdAgainst(operation, await ask(operation, { body, headers }));
    expect(await slug({ ...example, unexpected: 1 })).toBe('invalid-fields');
    if (browsers_answer(operation, 422)) expect(await slug({ unexpected: 1 }, html)).toBe('text/html');
    for (const name of required) {
      const { [name]: _, ...rest } = example;
      expect(await slug(rest), `without ${name}`).toBe('invalid-fields');
    }
    for (const [name, schema] of Object.entries(properties)) {
      const { type, anyOf = [], maxLength, minLength, minimum, maximum, enum: choices } = schema;
      const types = [type, ...anyOf.map(one => one.type)].flat();
      if (isUnread(operation, name)) continue;
      const wrong: unknown[] = [{}, ...(types.includes('string') ? [7, ['x']] : ['7', 'x'])];
      if (!types.includes('boolean')) wrong.push(true);
      if (!types.includes('null')) wrong.push(null);
      if (typeof maxLength === 'number') wrong.push('9'.repeat(maxLength + 1));
      if (typeof minLength === 'number') wrong.push(' ');
      if (typeof minimum === 'number') wrong.push(minimum - 1, minimum + 0.5);
      if (typeof maximum === 'number') wrong.push(maximum + 1);
      if (choices) wrong.push('none of them');
      for (const value of wrong)
        expect(await slug({ ...example, [name]: value }), `${name}: ${JSON.stringify(value)}`).toBe('invalid-fields');
    }
  });

  it.each(querying)('%s: parameters that it does not know, twice, or of another shape', async (_, operation) => {
    const { ask } = await openWorld();
    const isLenient = !operation.responses[422] || operation.operationId === 'showConsents';
    const unknown = await ask(operation, { query: { unexpected: '1' } });
    expect(unknown.status).toBe(isLenient ? 200 : 422);
    await holdAgainst(operation, unknown);
    for (const { name, in: place, schema, example } of operation.parameters) {
      if (place !== 'query') continue;
      const value = String(example);
      const twice = await ask(operation, { query: { [name]: value }, again: [name, value] });
      if (!isLenient) expect([name, twice.status]).toEqual([name, 422]);
      await holdAgainst(operation, twice);
      for (const value of ['', '\u0000', 'none of them \u202e', '9'.repeat(500), '-1', '%', '2026-02-30']) {
        const response = await ask(operation, { query: { [name]: value } });
        if (schema.enum && !isLenient && operation.operationId !== 'showChallenge') expect(response.status).toBe(422);
        if (schema.type === 'integer' && !isLenient) expect([name, value, response.status]).toEqual([name, value, 422]);
        await holdAgainst(operation, response);
      }
    }
  });

  it.each(addressed)('%s: ids of nothing', async (_, operation) => {
    const { ask } = await openWorld();
    const { name } = operation.parameters.find(one => one.in === 'path')!;
    for (const id of [
      '0190b1f0-aaaa-7000-8000-000000000000',
      'nobody',
      'a%00b',
      '%E6%97%A0',
      '%ff',
      'x'.repeat(3_000),
    ]) {
      const response = await ask(operation, { path: { [name]: id } });
      expect(response.status, id).toBe(404);
      await holdAgainst(operation, response);
    }
    if (!browsers_answer(operation, 404)) return;
    const page = await ask(operation, { path: { [name]: 'nobody' }, headers: html });
    expect(await holdAgainst(operation, page)).toBe('text/html');
  });

  it.each(named.filter(([, { parameters }]) => parameters.some(({ name }) => name === 'Idempotency-Key')))(
    '%s: a key used for other content, and one that is none',
    async (_, operation) => {
      const { ask, exampleOf } = await openWorld();
      const headers = { 'Idempotency-Key': '5f0c7a52' };
      const [first, again] = [await ask(operation, { headers }), await ask(operation, { headers })];
      expect(await again.clone().json()).toEqual(await first.clone().json());
      for (const response of [first, again]) await holdAgainst(operation, response);
      const body = { ...exampleOf(operation), locale: exampleOf(operation)!.locale === 'en' ? 'zh-CN' : 'en' };
      expect(await holdAgainst(operation, await ask(operation, { headers, body }))).toBe('idempotency-key-reused');
      for (const key of ['x'.repeat(65), 'é'])
        expect(await holdAgainst(operation, await ask(operation, { headers: { 'Idempotency-Key': key } }))).toBe(
          'invalid-fields',
        );
    },
  );

  it('withdrawLead: 404 for a code of nobody, also as a page', async () => {
    const { ask } = await openWorld();
    const withdrawLead = operations.find(({ operationId }) => operationId === 'withdrawLead')!;
    const body = { receipt_code: 'Q7K2M-9XW4T-B3HNP-6RVD8' };
    expect(await holdAgainst(withdrawLead, await ask(withdrawLead, { body }))).toBe('not-found');
    expect(await holdAgainst(withdrawLead, await ask(withdrawLead, { body, headers: html }))).toBe('text/html');
  });

  it.each(named.filter(([, { responses, path }]) => responses[409] && path.startsWith('/subject-requests')))(
    '%s: 409 where the request has ended, 423 where a hold stands',
    async (_, operation) => {
      const { ask, requests } = await openWorld();
      const slugOf = async (id: string) => holdAgainst(operation, await ask(operation, { path: { id } }));
      expect(await slugOf(requests.ended)).toBe('conflict');
      if (operation.responses[423]) expect(await slugOf(requests.held)).toBe('held');
    },
  );

  it('giveNotice: 409 where the notice has been given', async () => {
    const { ask } = await openWorld();
    const giveNotice = operations.find(({ operationId }) => operationId === 'giveNotice')!;
    await ask(giveNotice);
    expect(await holdAgainst(giveNotice, await ask(giveNotice))).toBe('conflict');
  });

  it('submitForm: 410 for the key of an erased lead', async () => {
    const { ask } = await openWorld();
    const find = (id: string) => operations.find(({ operationId }) => operationId === id)!;
    const key = { 'Idempotency-Key': '5f0c7a52' };
    const { id } = (await (await ask(find('submitForm'), { headers: key })).json()) as { id: string };
    await ask(find('eraseLead'), { path: { id } });
    const repeat = (headers: object) => ask(find('submitForm'), { headers: { ...key, ...headers } });
    expect(await holdAgainst(find('submitForm'), await repeat({}))).toBe('gone');
    expect(await holdAgainst(find('submitForm'), await repeat(html))).toBe('text/html');
  });

  it('showChallenge: 404 for a form that is not there; showCurrentPolicy: to a person, and before the first publication', async () => {
    const { ask } = await openWorld();
    const find = (id: string) => operations.find(({ operationId }) => operationId === id)!;
    const led = await ask(find('showCurrentPolicy'), { headers: html });
    expect([led.status, await holdAgainst(find('showCurrentPolicy'), led)]).toEqual([302, '']);
    const query = { form: 'none' };
    expect(await holdAgainst(find('showChallenge'), await ask(find('showChallenge'), { query }))).toBe('unknown-form');
    const { get } = await start();
    expect(await holdAgainst(find('showCurrentPolicy'), await get('/policies/current'))).toBe('not-found');
  });
});

describe('when something fails', () => {
  it.each(named)('%s: without a database, and with a bug', async (_, operation) => {
    const isIndependent = !operation.responses[500] && !operation.responses[503];
    for (const [error, slug] of [
      [new Unavailable(Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })), 'unavailable'],
      [new TypeError('a bug'), operation.operationId === 'showHealth' ? 'unavailable' : 'internal'],
    ] as const) {
      const { ask, db, token } = await openWorld();
      const role = roleFor(operation);
      if (role) await token(role);
      await breakDatabase(db, error);
      const answer = await holdAgainst(operation, await ask(operation));
      if (!isIndependent) expect(answer).toBe(slug);
      if (slug === 'unavailable' && browsers_answer(operation, 503))
        expect(await holdAgainst(operation, await ask(operation, { headers: html }))).toBe('text/html');
    }
  });
});

it('everything that is documented has been answered above', () => {
  expect(listAnswers().filter(answer => !answered.has(answer))).toEqual([]);
});
