import type { RequestState, RequestType } from '../../db/requests/request.ts';
import type { Locale } from '../shared/locales.ts';

interface RequestTexts {
  title: string;
  intro: string;
  contact: string;
  labels: Record<'type' | 'email' | 'phone' | 'name' | 'receipt_code' | 'details', string>;
  hints: Record<'receipt_code' | 'details', string>;
  types: Record<RequestType, string>;
  submit: string;
  promise: string;
  withdraw: string;
  /** What stands in the words of a complaint about a request from the first. */
  about(reference: string): string;
  status: {
    title: string;
    states: Record<RequestState, string>;
    type: string;
    state: string;
    received: string;
    due: string;
    closed: string;
    /** What becomes of a copy: how one gets it while it waits, that it was opened, that its days are over. */
    copy: { title: string; waits(until: string): string; opened(at: string): string; over: string };
    provisional: string;
    extended: string;
    extendedWhy: string;
    reference: string;
    keep: string;
    refusal: string;
    complain: string;
    unverified: string;
    code: string;
    codeHint: string;
    codeWrong: string;
    verify: string;
  };
  /** The grounds of a refusal, in the order of the policy's section 5. */
  refusals: Record<string, string>;
}

/** Texts of the pages on which a person asks, and sees what became of it. */
export const request_texts: Record<Locale, RequestTexts> = {
  'zh-CN': {
    title: '行使您的个人信息权利',
    intro:
      '您可以查阅、复制、更正、删除您的个人信息，撤回同意，限制处理，要求转移，或要求我们解释处理规则。请填写下表，我们会在 15 个工作日内答复。',
    contact: '请至少填写提交表单时所用的邮箱、电话，或回执码中的一项。',
    labels: {
      type: '您的请求',
      email: '邮箱',
      phone: '电话',
      name: '姓名（选填）',
      receipt_code: '回执码（选填）',
      details: '补充说明（选填）',
    },
    hints: {
      receipt_code: '提交表单后得到的 20 位字母和数字。填写后即可完成身份核验，无需其他证明。',
      details: '最多 1000 个字符。更正信息时，请写明正确的内容。',
    },
    types: {
      access: '查阅我的信息',
      copy: '取得我的信息副本',
      rectification: '更正或补充我的信息',
      erasure: '删除我的信息',
      withdrawal: '撤回同意',
      restriction: '限制处理我的信息',
      portability: '将我的信息转移到其他处理者',
      explanation: '解释个人信息处理规则',
      complaint: '投诉',
    },
    submit: '提交',
    promise: '您填写的内容加密保存，只用于处理这一请求，并在办结 36 个月后删除。我们不会要求您提供身份证件。',
    withdraw: '有回执码？可立即撤回同意并删除信息',
    about: reference => `关于请求 ${reference}：`,
    status: {
      title: '请求办理进度',
      states: {
        received: '已收到',
        verified: '已核验身份，正在办理',
        fulfilled: '已办结',
        refused: '已拒绝',
        extended: '已延长办理期限',
        expired: '已结束：未能与经核验的联系人对应',
      },
      type: '请求',
      state: '状态',
      received: '收到时间',
      due: '答复期限',
      closed: '办结时间',
      copy: {
        title: '信息副本',
        waits: until =>
          `已备好，可在 ${until} 之前打开一次。打开副本的地址已发送到您的邮箱，或由我们的工作人员直接交给您。`,
        opened: at => `已于 ${at} 打开。`,
        over: '有效期内未打开，已不能再打开。如仍需要，请重新提出请求。',
      },
      provisional: '该日期为暂定日期，我们最迟于该日答复。',
      extended: '延长至',
      extendedWhy: '延长原因',
      reference: '查询编号',
      keep: '请保存此编号或本页地址，凭此可随时查看进度。',
      refusal: '拒绝理由',
      complain: '如不同意，您可以向我们投诉，也可以向履行个人信息保护职责的部门投诉或向人民法院起诉。',
      unverified: '如需核验身份，我们会通过您留下的联系方式与您联系，不会要求提供身份证件。',
      code: '邮件验证码',
      codeHint: '如果您填写的邮箱是提交表单时所用的，6 位验证码已发往该邮箱。验证码 10 分钟内有效，最多可试 3 次。',
      codeWrong: '验证码不正确，或已失效。请核对邮件；如仍不行，请重新提出请求，或等待我们与您联系。',
      verify: '核验',
    },
    refusals: {
      R1: '与我们履行法律法规规定的义务相关',
      R2: '与国家安全、国防安全直接相关',
      R3: '与公共安全、公共卫生、重大公共利益直接相关',
      R4: '与犯罪侦查、起诉、审判和执行判决等直接相关',
      R5: '有充分证据表明存在主观恶意或滥用权利',
      R6: '出于维护您或其他个人的生命、财产等重大合法权益，但又很难得到本人同意',
      R7: '响应请求将导致您或其他个人、组织的合法权益受到严重损害',
      R8: '涉及商业秘密',
    },
  },
  en: {
    title: 'Your rights over your personal data',
    intro:
      'You can see, copy, correct or erase your personal data, withdraw consent, have its use restricted or moved elsewhere, or have our rules explained. Fill this in, and we answer within 15 working days.',
    contact: 'Give at least one of these: the email or phone that you sent with a form, or your receipt code.',
    labels: {
      type: 'What you ask for',
      email: 'Email',
      phone: 'Phone',
      name: 'Name (optional)',
      receipt_code: 'Receipt code (optional)',
      details: 'Anything we should know (optional)',
    },
    hints: {
      receipt_code:
        'The 20 letters and digits that you were given after sending a form. With them you are verified at once.',
      details: 'At most 1,000 characters. For a correction, say what is right.',
    },
    types: {
      access: 'See my data',
      copy: 'Get a copy of my data',
      rectification: 'Correct or complete my data',
      erasure: 'Erase my data',
      withdrawal: 'Withdraw my consent',
      restriction: 'Restrict the use of my data',
      portability: 'Move my data to somebody else',
      explanation: 'Explain how data is handled',
      complaint: 'Complain',
    },
    submit: 'Send',
    promise:
      'What you write is kept encrypted, used for this request only, and erased 36 months after it is settled. We never ask for an identity document.',
    withdraw: 'Have a receipt code? Withdraw and erase at once',
    about: reference => `About the request ${reference}: `,
    status: {
      title: 'Your request',
      states: {
        received: 'Received',
        verified: 'Verified, being worked on',
        fulfilled: 'Fulfilled',
        refused: 'Refused',
        extended: 'Time extended',
        expired: 'Ended: nothing could be matched to a verified contact',
      },
      type: 'Request',
      state: 'State',
      received: 'Received',
      due: 'Answer due by',
      closed: 'Ended',
      copy: {
        title: 'Copy',
        waits: until =>
          `It is ready, and opens once, until ${until}. Its address was mailed to you, or is handed to you by our staff.`,
        opened: at => `It was opened on ${at}.`,
        over: 'It was not opened in time, and opens no more. Ask again if you still want it.',
      },
      provisional: 'This day is provisional; we answer no later than it.',
      extended: 'Extended to',
      extendedWhy: 'Why it was extended',
      reference: 'Reference',
      keep: 'Keep this code or the address of this page: with it you can look again at any time.',
      refusal: 'Why it was refused',
      complain:
        'If you disagree, you can complain to us, complain to the authority for personal information protection, or go to court.',
      unverified: 'Where we need to verify who asks, we use the contact that you gave. We never ask for a document.',
      code: 'Code from the mail',
      codeHint:
        'If the email that you gave is one that was sent with a form, a code of six digits is on its way to it. It is good for ten minutes and three tries.',
      codeWrong:
        'This code isn’t right, or it is over. Compare it with the mail; otherwise ask again, or wait for us to reach you.',
      verify: 'Verify',
    },
    refusals: {
      R1: 'It relates to our duties under laws and regulations',
      R2: 'It relates directly to national security or defence',
      R3: 'It relates directly to public security, public health or major public interests',
      R4: 'It relates directly to criminal investigation, prosecution, trial or enforcement',
      R5: 'There is sufficient evidence of malice or abuse of rights',
      R6: 'It protects life, property or other major interests of you or others, and consent is hard to obtain',
      R7: 'It would seriously harm the lawful rights of you or of others',
      R8: 'It involves trade secrets',
    },
  },
};
