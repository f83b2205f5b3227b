import type { AuditEvent } from '../../db/audit/record.ts';
import type { HoldGround, RevealPurpose } from '../../db/leads/lead.ts';
import type { Locale } from '../shared/locales.ts';

interface CopyTexts {
  title: string;
  once: string;
  until: string;
  open: string;
  made: string;
  keep: string;
  download: string;
  nothing: string;
  erased: string;
  history: string;
  recipients: string;
  /** For what the server that mails go out by gets data. */
  mail: string;
  nobody: string;
  request: string;
  names: Record<string, string>;
  /** What the codes of some values mean, by name of the value. */
  values: Record<string, Record<string, string>>;
  actions: Partial<Record<AuditEvent['action'], string>> & Record<string, string>;
  /** What an act was for, where the texts of requests and forms do not say it. */
  purposes: Record<RevealPurpose | HoldGround | 'policy' | 'incident', string>;
  roles: Record<string, string>;
}

/** Texts of the page on which a person opens a copy of all that is held, and of the copy. */
export const copy_texts: Record<Locale, CopyTexts> = {
  'zh-CN': {
    title: '您的个人信息副本',
    once: '点击下面的按钮可查看我们保存的关于您的全部信息。出于安全考虑，副本只能打开一次；打开后请保存。',
    until: '有效期至',
    open: '打开副本',
    made: '生成时间：',
    keep: '此页面只显示一次，请现在保存或打印。',
    download: '下载 JSON 文件',
    nothing: '我们没有保存与您的请求对应的信息。',
    erased: '这条信息已被删除。',
    history: '谁在什么时候处理过这些信息',
    recipients: '接收方',
    mail: '发送给您本人的邮件（您的邮箱地址及邮件内容）',
    nobody: '除我们之外没有接收方：通知渠道只发送编号，不含个人信息。',
    request: '您的这次请求',
    names: {
      id: '编号',
      form: '用途（表单）',
      now: '状态',
      changed_at: '最近更改',
      received_at: '收到时间',
      contacted_at: '首次联系',
      assigned_to: '负责人',
      qualified_at: '确认意向',
      closed_at: '结束时间',
      policy_version: '同意的隐私政策版本',
      policy_sha256: '政策文本的 SHA-256',
      locale: '语言',
      agreement: '您同意的文字',
      agreement_sha256: '该文字的 SHA-256',
      withdrawn_at: '撤回时间',
      earlier_lead_id: '此前的信息',
      follow_up_on: '计划联系日期',
      closed_reason: '结束原因',
      note: '工作人员的备注',
      restricted_at: '限制处理时间',
      child_at: '获知为儿童信息的时间',
      kept_until: '保存至',
      holds: '依法保全',
      restrictions: '限制处理',
      type: '请求类型',
      channel: '来源',
      state: '状态',
      due_on: '答复期限',
      extended_to: '延长至',
      name: '姓名',
      email: '邮箱',
      phone: '电话',
      details: '补充说明',
      asked: '核验方式',
      verified_at: '核验时间',
      verified_by: '核验依据',
      until: '副本有效期至',
      opened_at: '副本打开时间',
    },
    values: {
      now: { new: '新收到', contacted: '已联系', qualified: '确认意向', closed: '已结束' },
      closed_reason: {
        ...{ won: '成交', no_budget: '没有预算', no_fit: '需求不符', unreachable: '联系不上' },
        ...{ duplicate: '重复', spam: '垃圾信息', other: '其他' },
      },
      channel: { web: '网页', phone: '电话', mail: '信函', visit: '当面', forwarded: '由其他方转来' },
      asked: { receipt: '回执码', code: '邮件验证码', by_staff: '工作人员核验' },
      verified_by: {
        ...{ receipt: '回执码', code: '邮件验证码', callback: '回拨电话', in_person: '当面', written: '书面' },
        relatives: '逝者近亲属',
      },
    },
    actions: {
      'lead.created': '收到',
      'lead.revealed': '查看了明文',
      'lead.changed': '更改了状态或负责人',
      'lead.corrected': '更正',
      'lead.withdrawn': '撤回同意',
      'lead.child': '获知为儿童信息',
      'hold.placed': '依法保全',
      'hold.released': '解除保全',
      'restriction.placed': '限制处理',
      'restriction.lifted': '解除限制处理',
      'request.received': '收到请求',
      'request.verified': '核验身份',
      'request.unverified': '核验身份未成功',
      'request.fulfilled': '完成请求',
      'copy.opened': '打开副本',
      'address.opened': '为给您发邮件而读取邮箱',
      'mail.sent': '已给您发送邮件',
    },
    purposes: {
      ...{ first_contact: '首次联系', follow_up: '后续跟进', subject_request: '答复您的请求', correction: '更正信息' },
      ...{ handover: '交接', policy: '政策变更', incident: '安全事件告知' },
      ...{ law: '法定义务', court: '诉讼案件', authority: '主管机关要求', finance: '财务与税务', dispute: '争议' },
    },
    roles: {
      visitor: '您',
      sales: '销售',
      viewer: '查看者',
      privacy_officer: '个人信息保护负责人',
      auditor: '审计员',
      admin: '管理员',
      operator: '运维',
      retention: '系统',
      system: '系统',
    },
  },
  en: {
    title: 'A copy of your personal data',
    once: 'The button shows all that we hold about you. For your safety it opens once only; keep what it shows.',
    until: 'Good until',
    open: 'Open the copy',
    made: 'Made:',
    keep: 'This page is shown once. Save or print it now.',
    download: 'Download as JSON',
    nothing: 'We hold nothing that your request could be about.',
    erased: 'This has been erased.',
    history: 'Who did what with it, and when',
    recipients: 'Who else gets it',
    mail: 'mails to yourself: your address and their words',
    nobody: 'Nobody but us: notices to other systems hold numbers only, and nothing personal.',
    request: 'This request of yours',
    names: {
      id: 'Number',
      form: 'Purpose (form)',
      now: 'State',
      changed_at: 'Last change',
      received_at: 'Received',
      contacted_at: 'First contact',
      assigned_to: 'Person in charge',
      qualified_at: 'Found to fit',
      closed_at: 'Ended',
      policy_version: 'Privacy policy agreed to',
      policy_sha256: 'SHA-256 of its text',
      locale: 'Language',
      agreement: 'The words agreed to',
      agreement_sha256: 'SHA-256 of these words',
      withdrawn_at: 'Withdrawn',
      earlier_lead_id: 'Sent before',
      follow_up_on: 'To be contacted on',
      closed_reason: 'Reason it was closed',
      note: 'Note by our staff',
      restricted_at: 'Restricted since',
      child_at: 'Known to be a child’s since',
      kept_until: 'Kept until',
      holds: 'Hold',
      restrictions: 'Restriction',
      type: 'Type',
      channel: 'Came by',
      state: 'State',
      due_on: 'Due by',
      extended_to: 'Extended to',
      name: 'Name',
      email: 'Email',
      phone: 'Phone',
      details: 'Details',
      asked: 'Verification asked',
      verified_at: 'Verified',
      verified_by: 'Verified by',
      until: 'Copy good until',
      opened_at: 'Copy opened',
    },
    values: {
      now: { new: 'new', contacted: 'contacted', qualified: 'found to fit', closed: 'closed' },
      closed_reason: {
        ...{ won: 'won', no_budget: 'no budget', no_fit: 'no fit', unreachable: 'could not be reached' },
        ...{ duplicate: 'duplicate', spam: 'spam', other: 'other' },
      },
      channel: { web: 'the website', phone: 'telephone', mail: 'mail', visit: 'in person', forwarded: 'forwarded' },
      asked: { receipt: 'receipt code', code: 'mailed code', by_staff: 'by our staff' },
      verified_by: {
        ...{ receipt: 'receipt code', code: 'mailed code', callback: 'calling back', in_person: 'in person' },
        ...{ written: 'in writing', relatives: 'as close relatives' },
      },
    },
    actions: {
      'lead.created': 'Received',
      'lead.revealed': 'Seen in clear',
      'lead.changed': 'Status or assignee changed',
      'lead.corrected': 'Corrected',
      'lead.withdrawn': 'Consent withdrawn',
      'lead.child': 'Known to be a child’s',
      'hold.placed': 'Hold placed',
      'hold.released': 'Hold released',
      'restriction.placed': 'Restricted',
      'restriction.lifted': 'Restriction lifted',
      'request.received': 'Request received',
      'request.verified': 'Verified',
      'request.unverified': 'Not verified',
      'request.fulfilled': 'Request fulfilled',
      'copy.opened': 'Copy opened',
      'address.opened': 'Address opened to send you a mail',
      'mail.sent': 'Mail sent to you',
    },
    purposes: {
      ...{ first_contact: 'first contact', follow_up: 'follow-up', subject_request: 'your request' },
      ...{ correction: 'correction', handover: 'handover', policy: 'change of the policy' },
      ...{ incident: 'notice of an incident', law: 'duty by law', court: 'court case' },
      ...{ authority: 'order of an authority', finance: 'accounting and tax', dispute: 'dispute' },
    },
    roles: {
      visitor: 'you',
      sales: 'sales',
      viewer: 'viewer',
      privacy_officer: 'privacy officer',
      auditor: 'auditor',
      admin: 'administrator',
      operator: 'operator',
      retention: 'the system',
      system: 'the system',
    },
  },
};
