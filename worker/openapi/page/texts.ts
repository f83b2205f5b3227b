import type { Locale } from '../../shared/locales.ts';
import type { Tag } from '../declaration.ts';

interface DocsTexts {
  title: string;
  languages: string;
  contents: string;
  skip: string;
  /** Paragraphs, with `code` in backticks. */
  introduction: string[];
  start: { title: string; text: string; host: string; token: string };
  tags: Record<Tag, { title: string; text: string }>;
  schemas: string;
  scope: string;
  anyone: string;
  website: string;
  parameters: Record<'path' | 'query' | 'header', string>;
  body: string;
  answers: string;
  problems: string;
  problemsHint: string;
  example: string;
  required: string;
  optional: string;
  usually: string;
  raw: string;
}

/** Every text of the page. The descriptions of single operations are in the document, in English. */
export const docs_texts: Record<Locale, DocsTexts> = {
  'zh-CN': {
    title: 'lead-consent 接口文档',
    languages: '语言',
    contents: '目录',
    skip: '跳到正文',
    introduction: [
      '数据格式为 UTF-8 编码的 JSON，字段名用 `snake_case`，时间为 ISO 8601 UTC（含毫秒），编号为 UUID。',
      '所有错误都以 `application/problem+json`（RFC 9457）返回，语言取自 `Accept-Language`；`type` 是一个可以打开的网址，解释该错误。错误中绝不重复提交过的内容。',
      '不存在的地址返回 404 `not-found`；地址不支持的方法返回 405 `method-not-allowed`，可用的方法列在 `Allow` 响应头中。除另有说明外，请求正文不得超过 16 KiB。',
    ],
    start: {
      title: '开始',
      text: '先设置两个变量，之后每个示例都可以直接运行。令牌由管理员创建（`POST /tokens` 或 `ops token create`），只通过 `Authorization` 请求头发送；放在网址中的令牌会被拒绝。',
      host: '本页所在的主机',
      token: '您的令牌',
    },
    tags: {
      leads: { title: '线索', text: '供销售和 CRM 使用。默认脱敏；查看明文需要相应权限，并留下审计记录。' },
      consents: { title: 'Cookie 选择', text: '访客的选择只追加、不更改；员工可以查询和统计。' },
      audit: { title: '审计', text: '谁在什么时候对哪条线索做了什么。' },
      tokens: { title: '令牌', text: '供管理员使用：创建、轮换、吊销。' },
      channels: { title: '通知渠道', text: '供管理员使用：新线索到达时几秒内通知您的系统，内容只有编号和链接。' },
      policies: { title: '隐私政策', text: '已发布的版本永不更改。' },
      forms: { title: '表单', text: '供访客使用；不运行脚本的浏览器也能完整使用。' },
      requests: { title: '个人信息权利', text: '供您保存了其信息的个人使用：提出请求并查询进度；员工办理。' },
      service: { title: '服务', text: '健康检查、错误说明、本文档和静态文件。' },
    },
    schemas: '数据结构',
    scope: '所需权限',
    anyone: '公开，无需令牌',
    website: '浏览器只能从允许的网站提交',
    parameters: { path: '路径参数', query: '查询参数', header: '请求头' },
    body: '请求正文',
    answers: '响应',
    problems: '可能的错误',
    problemsHint: '点击查看说明',
    example: '示例',
    required: '必填',
    optional: '可选',
    usually: '默认',
    raw: 'OpenAPI 3.1 文件',
  },
  en: {
    title: 'lead-consent API',
    languages: 'Languages',
    contents: 'Contents',
    skip: 'Skip to the content',
    introduction: [
      'JSON in UTF-8, names in `snake_case`, times in ISO 8601 UTC with milliseconds, ids UUIDs.',
      'Every error is `application/problem+json` (RFC 9457), in the language of `Accept-Language`; its `type` is an address that explains it. Nothing of what was sent is repeated in it.',
      'An address that is not there answers 404 `not-found`; a method that it does not have 405 `method-not-allowed`, and the header `Allow` lists those that it has. Bodies may have 16 KiB unless said otherwise.',
    ],
    start: {
      title: 'Begin',
      text: 'Set two variables, and every example below runs as it stands. An administrator makes tokens (`POST /tokens` or `ops token create`); they travel in the header `Authorization` only, and one in an address is refused.',
      host: 'the host of this page',
      token: 'your token',
    },
    tags: {
      leads: {
        title: 'Leads',
        text: 'For sales and their CRM. Masked unless revealed, which needs a scope and leaves an audit event.',
      },
      consents: { title: 'Cookie choices', text: 'Appended, never changed; staff list and count them.' },
      audit: { title: 'Audit trail', text: 'Who did what with which lead, and when.' },
      tokens: { title: 'Tokens', text: 'For administrators: make, rotate, revoke.' },
      channels: {
        title: 'Channels',
        text: 'For administrators: your systems hear of a new lead within seconds, with ids and a link and nothing else.',
      },
      policies: { title: 'Privacy policies', text: 'What is published never changes.' },
      forms: { title: 'Forms', text: 'For visitors, browsers without a script included.' },
      requests: {
        title: 'Rights of people',
        text: 'For the people whose data is held: they ask and see what became of it, and staff answer.',
      },
      service: { title: 'Service', text: 'Health, problems explained, this description, static files.' },
    },
    schemas: 'Schemas',
    scope: 'Scope',
    anyone: 'Public, no token',
    website: 'Browsers may post from the allowed websites only',
    parameters: { path: 'In the path', query: 'In the query', header: 'Headers' },
    body: 'Body',
    answers: 'Answers',
    problems: 'Problems',
    problemsHint: 'each explained',
    example: 'Example',
    required: 'required',
    optional: 'optional',
    usually: 'default',
    raw: 'OpenAPI 3.1 file',
  },
};
