import type { Locale } from '../../shared/locales.ts';
import type { Slug } from './slugs.ts';

/** Title of each problem, and what to do about it. */
export const problem_texts: Record<Locale, Record<Slug, { title: string; detail: string }>> = {
  'zh-CN': {
    'malformed-json': { title: '请求内容无法解析', detail: '请求正文不是有效的 UTF-8 JSON。请检查格式后重新发送。' },
    unauthorized: {
      title: '需要访问令牌',
      detail:
        '请在 Authorization 请求头中以 Bearer 方式提供有效的令牌。令牌可能有误、已过期或已被吊销；不接受放在网址中的令牌。',
    },
    forbidden: { title: '权限不足', detail: '您的令牌有效，但其角色不允许此操作。请联系管理员获取相应角色的令牌。' },
    'origin-not-allowed': {
      title: '该网站不可提交',
      detail: '请求来自未被允许的网站来源。请网站管理员将其加入 SITE_ORIGINS 设置。',
    },
    'bot-check-failed': {
      title: '未通过安全校验',
      detail:
        '请求缺少有效的 challenge 或 form_token，或其已过期、已被使用、属于其他表单，或 form_token 签发不足三秒。没有保存任何内容。请重新获取，稍候再提交。',
    },
    'not-found': { title: '未找到', detail: '这个地址没有内容。请检查网址或编号。' },
    'unknown-form': { title: '没有这个表单', detail: '可用的表单是 mini-ai-experience 和 ecological-cooperation。' },
    'method-not-allowed': { title: '不支持该请求方法', detail: '此地址支持的方法列在 Allow 响应头中。' },
    conflict: { title: '当前状态不允许', detail: '当前状态不允许此操作，没有任何更改。' },
    gone: {
      title: '内容已删除',
      detail: '此 Idempotency-Key 所对应的咨询信息已删除，不会再次保存。如需再次提交，请换用新的键。',
    },
    'payload-too-large': { title: '内容过大', detail: '请求正文不得超过 16 KiB；发布隐私政策时不得超过 512 KiB。' },
    'unsupported-media-type': {
      title: '不支持的内容类型',
      detail:
        '请使用 UTF-8 编码的 application/json；表单也可使用 application/x-www-form-urlencoded，或不含文件的 multipart/form-data。',
    },
    'invalid-fields': {
      title: '有内容需要更正',
      detail: '请按照 errors 中各项的提示更正后重新提交。没有保存任何内容。',
    },
    'idempotency-key-reused': {
      title: '幂等键已用于其他请求',
      detail: '这个 Idempotency-Key 已用于内容不同的请求。请为新的请求生成新的键。',
    },
    held: {
      title: '已依法保全',
      detail: '这条线索因法律保全已被限制处理，在全部保全解除之前任何角色都不能更改或删除它。',
    },
    'too-many-requests': {
      title: '请求过于频繁',
      detail: '没有保存任何内容。请在 Retry-After 响应头所示的秒数后重试。',
    },
    internal: {
      title: '服务器内部错误',
      detail: '出了意外的问题，请求没有完成。请稍后重试，并在反馈时提供 instance。',
    },
    unavailable: {
      title: '服务暂时不可用',
      detail: '数据库暂时无法使用，没有保存任何内容。请稍后用同一个 Idempotency-Key 重试。',
    },
  },
  en: {
    'malformed-json': {
      title: 'The body cannot be read',
      detail: 'The body is not valid JSON in UTF-8. Check its form and send it again.',
    },
    unauthorized: {
      title: 'An access token is needed',
      detail:
        'Send a valid token as Authorization: Bearer. It may be misspelt, expired or revoked; a token in the address is not accepted.',
    },
    forbidden: {
      title: 'Not permitted',
      detail:
        'The token is valid, but its role does not permit this. Ask an administrator for a token of the right role.',
    },
    'origin-not-allowed': {
      title: 'This website may not post here',
      detail:
        'The request comes from a website that is not allowed. The operator can add its origin to the setting SITE_ORIGINS.',
    },
    'bot-check-failed': {
      title: 'The bot check was not passed',
      detail:
        "The challenge or the form_token is missing, wrong, expired, used before or another form's, or the form_token is less than three seconds old. Nothing was stored. Get a new one, wait a moment and send again.",
    },
    'not-found': { title: 'Not found', detail: 'There is nothing at this address. Check the address or the id.' },
    'unknown-form': { title: 'No such form', detail: 'The forms are mini-ai-experience and ecological-cooperation.' },
    'method-not-allowed': { title: 'Method not allowed', detail: 'The header Allow lists what this address accepts.' },
    conflict: { title: 'Not in this state', detail: 'The present state does not allow this, and nothing was changed.' },
    gone: {
      title: 'Gone',
      detail:
        'The inquiry that this Idempotency-Key belongs to was erased, and is not stored again. Send a new inquiry with a new key.',
    },
    'payload-too-large': {
      title: 'Too much content',
      detail: 'A body may have at most 16 KiB, and 512 KiB where policies are published.',
    },
    'unsupported-media-type': {
      title: 'Unsupported content type',
      detail:
        'Send application/json in UTF-8; the forms also take application/x-www-form-urlencoded, and multipart/form-data without files.',
    },
    'invalid-fields': {
      title: 'Something needs correcting',
      detail: 'Correct what errors lists and send again. Nothing was stored.',
    },
    'idempotency-key-reused': {
      title: 'The idempotency key belongs to another request',
      detail: 'This Idempotency-Key was used with other content. Make a new key for a new request.',
    },
    held: {
      title: 'Under a hold',
      detail:
        'This lead is under a hold. Until the last one is released it is neither changed nor erased, whatever the role.',
    },
    'too-many-requests': {
      title: 'Too many requests',
      detail: 'Nothing was stored. Send again after the number of seconds that the header Retry-After gives.',
    },
    internal: {
      title: 'Internal error',
      detail:
        'Something unexpected went wrong and the request was not completed. Try again later, and quote instance when you report it.',
    },
    unavailable: {
      title: 'Not available just now',
      detail:
        'The database cannot be used at the moment, and nothing was stored. Try again soon with the same Idempotency-Key.',
    },
  },
};

/** Reasons for which a problem has a detail of its own. */
export type Reason =
  | 'erased'
  | 'lost_key'
  | 'closed'
  | 'late'
  | 'unasked'
  | 'same_person'
  | 'changed'
  | 'unverified'
  | 'no_lead'
  | 'code'
  | 'copy_over'
  | 'receipt_code'
  | 'reference'
  | 'noticed'
  | 'restricted'
  | 'old_sign_in'
  | 'provider_away';

/** Details that replace a problem's general one, by reason. */
export const problem_details: Record<Locale, Record<Reason, string>> = {
  'zh-CN': {
    provider_away: '暂时无法连接公司的登录服务，因此无法确认您的账号是否仍然有效。',
    old_sign_in: '创建或更换令牌要求您在最近 15 分钟内登录过，没有任何更改。请先退出，重新登录后再操作。',
    erased: '这条线索已被删除，只留下删除记录，没有可以更改的内容。',
    lost_key:
      '这里的个人信息无法解密：所需的密钥已丢失或未配置。服务器日志中的 key_lost 列出了相关编号和密钥；请联系管理员。',
    closed: '这一请求已经结束，没有任何更改。',
    late: '答复期限已过，不能再延长。',
    unasked: '没有人提出拒绝这一请求。',
    same_person: '拒绝须由另一人批准：不能是提出者本人、同名的持有人，或由提出者创建的令牌。',
    changed: '这一请求在您查看之后有了变动，没有任何更改。请重新查看后再决定。',
    unverified: '请求人的身份尚未核验。',
    no_lead: '没有找到与这一请求对应的线索。',
    noticed: '这一事件已经告知，告知内容不能更改。',
    restricted: '这条线索应本人请求被限制处理，解除限制（DELETE /leads/{id}/restriction）之前不能更改。',
    receipt_code: '没有找到与此回执码对应的信息：回执码有误，或此前已使用过。请逐位核对。',
    reference: '没有找到此查询编号对应的请求。请逐位核对编号。',
    code: '验证码不正确，或已失效。',
    copy_over: '这个地址没有可打开的副本：它只能打开一次，有效期 7 天。如仍需要，请再次提出请求。',
  },
  en: {
    provider_away: "The company's sign-in cannot be reached, so nobody can tell whether your account is still good.",
    old_sign_in:
      'Whoever makes or replaces a token must have signed in within the last 15 minutes. Nothing was changed: sign out, sign in again, then do it.',
    erased: 'This lead has been erased. Only the record of its erasure is left, and nothing that could be changed.',
    lost_key:
      'Personal data in this answer cannot be decrypted: a key is lost or not set. The line key_lost of the server log names the ids and the key; ask an administrator.',
    closed: 'This request has ended. Nothing was changed.',
    late: 'The day by which it was due is over, so the time can no longer be extended.',
    unasked: 'Nobody has asked for a refusal of this request.',
    same_person:
      'Another person must approve a refusal: not who asked, no holder of the same name, and no token that the asker made.',
    changed: 'This request has changed since you read it. Nothing was changed; read it again first.',
    unverified: 'Nobody has verified yet who asks.',
    no_lead: 'No lead is known that this request could be about.',
    noticed: 'The notice of this incident has been given and does not change.',
    restricted:
      'This lead is restricted at its person’s request, and not changed until DELETE /leads/{id}/restriction lifts that.',
    receipt_code:
      'Nothing belongs to this receipt code: it is mistyped, or was used before. Compare it letter by letter.',
    reference: 'No request has this reference. Compare it letter by letter.',
    code: 'This code is not right, or it is over.',
    copy_over: 'There is no copy to open here: each opens once, within seven days. Ask again if you need another.',
  },
};
