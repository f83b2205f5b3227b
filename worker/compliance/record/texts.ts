import type { Locale } from '../../shared/locales.ts';

/** What the form of an assessment knows by itself. */
interface Known {
  version: string;
  months: number;
  region: string;
  channels: number;
  kept: number;
  broken: number;
  unproven: number;
}

export interface RecordTexts {
  title: string;
  intro(controller: string): string;
  controller: string;
  name: string;
  contact: string;
  region: string;
  written: string;
  policy: string;
  no_policy: string;
  undeclared: string;
  activities: string;
  activity_heads: string[];
  comma: string;
  /** What staff add to what was sent. */
  note: string;
  consent: string;
  necessary: string;
  lead_period(months: number): string;
  /** Activity, purpose, kinds of data and ground of each kind of record beside the leads. */
  choices: string[];
  choice_period(days: number, months: number): string;
  requests: string[];
  request_period: string;
  incidents: string[];
  trail: string[];
  accounts: string[];
  account_period: string;
  logs: string[];
  backups: string[];
  backup_period(hours: number, kept: number): string;
  months(months: number): string;
  for_good: string;
  elsewhere: string;
  cookies: string;
  cookie_heads: string[];
  recipients: string;
  channel_heads: string[];
  no_channels: string;
  channel_data: string;
  mail(host: string): string;
  no_mail: string;
  exports: string;
  hosts: string;
  no_hosts: string;
  cross_border(region: string | undefined): string;
  staff: string;
  staff_heads: string[];
  no_staff: string;
  measures: string;
  measures_intro: string;
  measure_heads: string[];
  not_done: string;
  undone: string[];
  assessment: {
    title: string;
    intro: string;
    subject: string;
    occasions: string;
    occasion_list: string[];
    known: string;
    judged: string;
    parts: { title: string; ask: string; known(facts: Known): string }[];
    risks: string;
    risk_heads: string[];
    risk_list: string[];
    result: string;
    result_heads: string[];
    kept: string;
  };
}

export const record_texts: Record<Locale, RecordTexts> = {
  'zh-CN': {
    title: '个人信息处理活动记录',
    intro: controller =>
      `${controller} 就网站的两个咨询表单和 Cookie 所作的处理活动记录（《个人信息保护法》第五十五条、第五十六条），依据当前生效的设置、隐私政策和通知渠道生成。`,
    controller: '个人信息处理者',
    name: '名称：',
    contact: '隐私事务联系方式：',
    region: '数据存放地区：',
    written: '生成时间：',
    policy: '现行隐私政策及各语言文本的 SHA-256：',
    no_policy: '尚无生效的隐私政策',
    undeclared: '未声明',
    activities: '处理活动',
    activity_heads: ['活动', '目的', '个人信息的种类', '依据', '保存期限'],
    comma: '、',
    note: '跟进备注',
    consent: '同意',
    necessary: '必要',
    lead_period: months => `最后一次联系后 ${months} 个月`,
    choices: [
      'Cookie 选择记录',
      '证明访客的选择',
      '访客编号（随机）、政策版本、所示与所选用途、时间',
      '法定的证明义务',
    ],
    choice_period: (days, months) => `选择有效 ${days} 天，之后保存 ${months} 个月`,
    requests: [
      '个人信息请求',
      '答复个人行使权利的请求',
      '请求人的邮箱、电话、姓名和请求内容，加密保存；类型、日期和答复',
      '法定的答复义务',
    ],
    request_period: '办结后 36 个月；之后只保留类型、日期和答复',
    incidents: [
      '安全事件记录',
      '通知受影响的个人，并证明已告知',
      '原因（加密保存）、告知内容、受影响线索的编号、告知时间和方式',
      '法定的告知与记录义务',
    ],
    trail: ['操作记录', '说明对个人信息的每次操作', '编号、角色、操作；不含任何信息内容', '法定的记录义务'],
    accounts: ['员工访问令牌和账号', '按角色授权', '持有人名称、角色、使用时间、公司账号标识', '人事管理所必需'],
    account_period: '令牌失效或账号最后使用后 36 个月',
    logs: ['运行日志', '排查故障与安全事件', '不含个人信息', '法定的留存义务'],
    backups: ['备份', '灾难恢复', '同数据库，加密；已删除线索的密钥不在其中', '安全保障义务'],
    backup_period: (hours, kept) => `每 ${hours} 小时一次，保留最近 ${kept} 份`,
    months: months => `${months} 个月`,
    for_good: '长期保存',
    elsewhere: '由运营者另行安排（此处未设置）',
    cookies: 'Cookie',
    cookie_heads: ['用途', '依据', '名称', '提供方', '期限', '作用'],
    recipients: '接收方',
    channel_heads: ['渠道', '类型', '主机', '事件'],
    no_channels: '没有通知渠道。',
    channel_data: '渠道只收到事件、时间、编号和控制台地址，不含个人信息。',
    mail: host =>
      `发给个人的邮件（核验码、信息副本的地址、政策重大变更、安全事件告知）经邮件服务器 ${host} 发送：它收到本人的邮箱地址和邮件内容。`,
    no_mail: '软件不向个人发送邮件。',
    exports: '除此之外，软件不向任何人提供个人信息；有权限的员工可以导出，每次导出均有记录。',
    hosts: '可访问的其他主机：',
    no_hosts: '不访问任何其他主机。',
    cross_border: region =>
      `软件本身不向境外提供个人信息；${region ? `数据存放在 ${region}` : '数据存放地区未声明（DATA_REGION）'}。`,
    staff: '有权访问的人员',
    staff_heads: ['角色', '有效令牌和账号数'],
    no_staff: '目前没有有效的令牌或账号。',
    measures: '安全措施及其核对结果',
    measures_intro:
      '每线索一个密钥的 AES-256-GCM 加密，查询索引为 HMAC-SHA-256，操作记录以 SHA-256 链接并以 Ed25519 签名。下表为最近一次核对的结果，见 /compliance。',
    measure_heads: ['编号', '承诺', '状态', '核对时间'],
    not_done: '未包含的内容',
    undone: [
      '未使用国家密码算法（SM2、SM3、SM4），也未作商用密码应用安全性评估。',
      '未作网络安全等级保护（MLPS）定级、备案与测评；这取决于运营者的整个系统，由运营者办理。',
      '未含运营者其他系统（如 CRM、电话、邮件）中的处理，请在此补充。',
      '本记录不是法律意见。',
    ],
    assessment: {
      title: '个人信息保护影响评估表',
      intro: '依据《个人信息保护法》第五十五条、第五十六条。系统已知的内容已填入，其余由评估人填写。',
      subject: '评估对象',
      occasions: '评估的原因（可多选）',
      occasion_list: [
        '处理敏感个人信息',
        '利用个人信息进行自动化决策',
        '委托处理、向其他处理者提供或公开个人信息',
        '向境外提供个人信息',
        '其他对个人权益有重大影响的处理活动',
      ],
      known: '系统记录：',
      judged: '评估意见：',
      parts: [
        {
          title: '处理目的、处理方式是否合法、正当、必要',
          ask: '是否只收集实现目的所需的最少信息？是否以充分知情的同意为前提？',
          known: ({ version, months }) =>
            `只收集四项信息；勾选框初始为未勾选；政策版本 ${version}；最长保存 ${months} 个月。`,
        },
        {
          title: '对个人权益的影响及安全风险',
          ask: '泄露、篡改或丢失会带来什么影响？谁能看到明文？',
          known: ({ region, channels }) =>
            `数据存放在 ${region}；${channels} 个通知渠道，均不含个人信息；默认脱敏显示，明文查看均有记录。`,
        },
        {
          title: '所采取的保护措施是否合法、有效并与风险程度相适应',
          ask: '措施是否经过验证？剩余风险是否可以接受？',
          known: ({ kept, broken, unproven }) =>
            `最近一次核对：已履行 ${kept} 项，未履行 ${broken} 项，未证实 ${unproven} 项。未使用国家密码算法，未作等级保护测评。`,
        },
      ],
      risks: '风险',
      risk_heads: ['风险', '可能性', '影响', '应对'],
      risk_list: ['员工超出需要查看或导出', '密钥丢失或泄露', '服务器或备份被盗', '保存超过期限', '未及时答复个人请求'],
      result: '结论',
      result_heads: ['结论与条件', '评估人', '日期'],
      kept: '评估报告和处理情况记录应当至少保存三年。',
    },
  },
  en: {
    title: 'Record of processing',
    intro: controller =>
      `What ${controller} processes through the website’s two inquiry forms and its cookies (PIPL articles 55 and 56), from the settings, the policy and the channels in force.`,
    controller: 'Controller',
    name: 'Name:',
    contact: 'Contact for privacy:',
    region: 'Where the data stands:',
    written: 'Written on:',
    policy: 'Policy in force, with the SHA-256 of each language:',
    no_policy: 'no policy is in force',
    undeclared: 'not declared',
    activities: 'What is processed',
    activity_heads: ['activity', 'purpose', 'kinds of data', 'ground', 'kept for'],
    comma: ', ',
    note: 'notes of the staff on the work',
    consent: 'consent',
    necessary: 'necessary',
    lead_period: months => `${months} months after the last contact`,
    choices: [
      'records of cookie choices',
      'proves what a visitor chose',
      'visitor id (random), policy version, purposes shown and granted, time',
      'duty to prove consent',
    ],
    choice_period: (days, months) => `valid for ${days} days, then kept for ${months} months`,
    requests: [
      'requests of people',
      'answers people who ask for their rights',
      'e-mail, phone, name and words of who asks, sealed; type, days and answer',
      'duty to answer',
    ],
    request_period: '36 months after the end of the request; then type, days and answer alone',
    incidents: [
      'record of incidents',
      'tells the people affected, and proves that they were told',
      'cause (sealed), notice, ids of the inquiries affected, when and how each was told',
      'duty to tell and to keep records',
    ],
    trail: [
      'record of acts',
      'accounts for every act on personal data',
      'ids, roles, acts; no values',
      'duty to keep records',
    ],
    accounts: [
      'access tokens and accounts of staff',
      'access by role',
      'name of the holder, role, times of use, id of the company account',
      'necessary for staff management',
    ],
    account_period: '36 months after the token ended or the account was last used',
    logs: ['operating logs', 'finding faults and attacks', 'no personal data', 'duty to keep logs'],
    backups: [
      'backups',
      'recovery from disasters',
      'those of the database, sealed; no key of an erased inquiry',
      'duty of security',
    ],
    backup_period: (hours, kept) => `one every ${hours} hours, the latest ${kept}`,
    months: months => `${months} months`,
    for_good: 'for good',
    elsewhere: 'arranged by the operator elsewhere (not set here)',
    cookies: 'Cookies',
    cookie_heads: ['purpose', 'ground', 'name', 'provider', 'lifetime', 'what it does'],
    recipients: 'Recipients',
    channel_heads: ['channel', 'kind', 'host', 'events'],
    no_channels: 'There are no channels.',
    channel_data: 'A channel is told event, time, ids and an address of the console, and nothing personal.',
    mail: host =>
      `Mail to people (codes, addresses of copies, significant changes of the policy, notices of incidents) goes out by the server ${host}: it is given their address and what the mail says.`,
    no_mail: 'The software sends no mail to people.',
    exports:
      'Beside that the software gives personal data to nobody; staff who may can export it, and each export is on record.',
    hosts: 'Other hosts that may be called:',
    no_hosts: 'No other host is called.',
    cross_border: region =>
      `The software itself sends no personal data across a border; ${region ? `the data stands in ${region}` : 'where it stands is not declared (DATA_REGION)'}.`,
    staff: 'Who may have access',
    staff_heads: ['role', 'tokens and accounts that are good'],
    no_staff: 'There is no good token or account now.',
    measures: 'Measures, and whether they hold',
    measures_intro:
      'AES-256-GCM under a key of each inquiry, HMAC-SHA-256 for indexes, a record of acts that is chained by SHA-256 and signed with Ed25519. These are the results of the latest check; see /compliance.',
    measure_heads: ['id', 'promise', 'state', 'checked'],
    not_done: 'What is not done',
    undone: [
      'No national cipher (SM2, SM3, SM4) is used, and no assessment of commercial cryptography was made.',
      'No grading, filing or assessment under the Multi-Level Protection Scheme (MLPS) was made: that is of the operator’s whole system, and the operator’s to do.',
      'What other systems of the operator do (CRM, telephone, mail) is not in here: add it.',
      'This record is no legal advice.',
    ],
    assessment: {
      title: 'Personal information protection impact assessment',
      intro: 'By PIPL articles 55 and 56. What the system knows is filled in; the rest is for whoever assesses.',
      subject: 'What is assessed',
      occasions: 'Why it is assessed (one or more)',
      occasion_list: [
        'sensitive personal information is processed',
        'decisions are made automatically',
        'processing is entrusted, or data is provided to others or published',
        'data is provided abroad',
        'another activity with a major influence on people’s rights',
      ],
      known: 'On record:',
      judged: 'Judgement:',
      parts: [
        {
          title: 'Are purpose and manner lawful, legitimate and necessary?',
          ask: 'Is no more collected than the purpose needs? Does informed consent come first?',
          known: ({ version, months }) =>
            `Four values and no other; a box that starts unticked; policy ${version}; kept for ${months} months at most.`,
        },
        {
          title: 'The influence on people’s rights, and the risks',
          ask: 'What would a leak, a change or a loss mean? Who can see values in clear?',
          known: ({ region, channels }) =>
            `The data stands in ${region}; ${channels} channels, none of them told anything personal; values are masked, and each clear read is on record.`,
        },
        {
          title: 'Are the measures lawful, effective and in proportion to the risks?',
          ask: 'Were they tried? Is what risk is left acceptable?',
          known: ({ kept, broken, unproven }) =>
            `By the latest check ${kept} promises are kept, ${broken} broken, ${unproven} unproven. No national ciphers, no MLPS assessment.`,
        },
      ],
      risks: 'Risks',
      risk_heads: ['risk', 'likelihood', 'influence', 'answer'],
      risk_list: [
        'staff see or export more than they need',
        'a key is lost or leaks',
        'a server or a backup is stolen',
        'data is kept too long',
        'a request is answered late',
      ],
      result: 'Result',
      result_heads: ['result and conditions', 'assessed by', 'date'],
      kept: 'The report and the record are kept for at least three years.',
    },
  },
};
