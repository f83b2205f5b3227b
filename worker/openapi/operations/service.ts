import * as z from 'zod';
import { statuses } from '../../http/problems/slugs.ts';
import { locales } from '../../shared/locales.ts';
import { describe, instant, json, no_store, type Operation, page } from '../declaration.ts';

const lang = { description: 'The language; else that of `Accept-Language`.', example: 'en' };
const language = { lenient: true, ...describe(z.object({ lang: z.enum(locales).optional() }), { lang }) } as const;

/** Header that a request for a built file may have. */
const header_fields = {
  'If-None-Match': { description: 'The `ETag` of what you have.', example: '"3a5f8b409e7a1c71"', unusual: true },
} as const;
const tag = { ETag: 'Of its content.' };
const unchanged = { 304: { description: 'You have it.', headers: tag } };

const waiting = z.strictObject({ queued: z.int(), oldest_at: instant.optional(), dead: z.int() });

/** The figures of `/health?full`. What a host cannot know is not there. */
const figures = z.strictObject({
  version: z.string(),
  uptime_seconds: z.int().optional(),
  resident_bytes: z.int().optional(),
  units_waiting: z.int().optional(),
  readers: z.strictObject({ used: z.int(), idle: z.int(), waiting: z.int() }).optional(),
  database_bytes: z.int().optional(),
  outboxes: z.strictObject({ channels: waiting, mails: waiting }),
  jobs: z.array(
    z.strictObject({
      name: z.string(),
      every_seconds: z.number(),
      last_success_at: instant.nullable(),
      failed: z.boolean(),
      failing: z.boolean(),
    }),
  ),
  disks: z.array(z.strictObject({ place: z.string(), free_bytes: z.int(), total_bytes: z.int() })),
});

export const service_operations: Operation[] = [
  {
    id: 'showHealth',
    method: 'GET',
    path: '/health',
    tag: 'service',
    independent: true,
    summary: { en: 'Whether a lead could be stored', 'zh-CN': '健康检查' },
    description:
      'Tries the database with a write, at most once a second. `warnings` names what is amiss although it works: `no-policy` while no policy is in force; `channel-failing` when the receiver of a channel has taken nothing for a day, or has switched it off; `standby-not-synchronous` when PostgreSQL keeps what it stores on one server alone, although several are set; `job-failing` when a job has failed or has not succeeded for long; `disk-nearly-full`, `no-log-dir`, `log-dir-unwritable`, `no-backup-dir`, `backup-failed`, `backup-overdue`, `database-tls-unverified` on Node. A warning never changes the status. Who presents `METRICS_TOKEN` gets `figures` too with `?full`; others get the same answer as without.',
    metrics_token: 'optional',
    query: {
      lenient: true,
      ...describe(z.object({ full: z.string().optional() }), {
        full: { description: 'Present, with any value: figures too.', example: '1' },
      }),
    },
    answers: {
      200: {
        description: 'It could.',
        headers: no_store,
        content: json(
          z.strictObject({ status: z.literal('ok'), warnings: z.array(z.string()), figures: figures.optional() }),
          { status: 'ok', warnings: [] },
        ),
      },
    },
    problems: ['unavailable'],
  },
  {
    id: 'showMetrics',
    method: 'GET',
    path: '/metrics',
    tag: 'service',
    independent: true,
    metrics_token: 'required',
    summary: { en: 'Figures for Prometheus', 'zh-CN': 'Prometheus 指标' },
    description:
      'Requests by method, route and status, commits, jobs, outboxes, disks, memory and more, in the text format of Prometheus. Nothing personal is in it. Where `METRICS_TOKEN` is not set or not presented, there is no such address. While the database is away, it tells what the process itself knows.',
    answers: {
      200: {
        description: 'The figures.',
        headers: no_store,
        content: { 'text/plain': { schema: z.string() } },
      },
    },
    problems: ['not-found'],
  },
  {
    id: 'showProblem',
    method: 'GET',
    path: '/problems/{slug}',
    tag: 'service',
    independent: true,
    summary: { en: 'What a problem means', 'zh-CN': '错误说明' },
    description: 'The address that the `type` of an error is.',
    path_fields: {
      slug: { description: 'The end of the type.', enum: Object.keys(statuses), example: 'too-many-requests' },
    },
    query: language,
    answers: {
      200: {
        description: 'In one language.',
        headers: { 'Content-Language': 'The language.' },
        content: json(z.strictObject({ type: z.url(), status: z.int(), title: z.string(), detail: z.string() }), {
          type: 'https://leads.example.com/problems/too-many-requests',
          status: 429,
          title: 'Too many requests',
          detail: 'Nothing was stored. Send again after the number of seconds that the header Retry-After gives.',
        }),
      },
    },
    problems: ['not-found'],
  },
  {
    id: 'showOpenApi',
    method: 'GET',
    path: '/openapi.json',
    tag: 'service',
    independent: true,
    summary: { en: 'This description', 'zh-CN': '本接口描述' },
    header_fields,
    answers: {
      ...unchanged,
      200: {
        description: 'OpenAPI 3.1.',
        headers: tag,
        content: json(z.looseObject({ openapi: z.literal('3.1.1') }), { openapi: '3.1.1' }),
      },
    },
  },
  {
    id: 'showDocs',
    method: 'GET',
    path: '/docs',
    tag: 'service',
    independent: true,
    summary: { en: 'This description as a page', 'zh-CN': '接口文档页面' },
    query: language,
    header_fields,
    answers: {
      ...unchanged,
      200: { description: 'The page.', headers: { ...tag, 'Content-Language': 'The language.' }, content: page },
    },
  },
  ...(
    [
      ['/widget.js', 'text/javascript', 'showWidget', 'The widget', '网页组件'],
      ['/widget.css', 'text/css', 'showWidgetStyles', "The widget's styles", '网页组件样式'],
      [
        '/widget/{file}',
        'text/javascript',
        'showWidgetFile',
        'What the widget loads on first use',
        '组件按需加载的模块',
      ],
      ['/styles.css', 'text/css', 'showStyles', 'The styles of the pages', '页面样式'],
      ['/docs.css', 'text/css', 'showDocsStyles', 'The styles of the description', '接口文档样式'],
    ] as const
  ).map(
    ([path, type, id, en, zh]): Operation => ({
      id,
      method: 'GET',
      path,
      tag: 'service',
      independent: true,
      summary: { en, 'zh-CN': zh },
      ...(path.includes('{') && {
        path_fields: { file: { description: 'As the widget names it.', example: 'preact-UBCYQV6O.js' } },
        problems: ['not-found' as const],
      }),
      header_fields,
      answers: {
        ...unchanged,
        200: { description: 'The file.', headers: tag, content: { [type]: { schema: z.string() } } },
      },
    }),
  ),
];
