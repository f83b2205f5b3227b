import type { SettingGroup, SettingName } from '../../settings.ts';
import type { Locale } from '../../shared/locales.ts';

const en = {
  title: 'Settings',
  intro:
    'What this host has read at its start. Settings are changed in its environment (on Workers: vars and secrets), followed by a restart. Keys, passwords and other secrets are never shown.',
  production: 'It runs in production.',
  development: 'It runs in development.',
  setting: 'Setting',
  value: 'In force',
  origin: 'From',
  set: 'set',
  unset: 'not set',
  own: 'environment',
  usual: 'default',
  unread: 'not used on this host',
  keys: (count: number) => (count === 1 ? ' (1 key)' : ` (${count} keys)`),
  groups: {
    website: 'Website',
    company: 'Company',
    keys: 'Keys',
    server: 'Server',
    limits: 'Limits',
    periods: 'Periods of keeping',
    backups: 'Backups',
    notices: 'Channels and e-mail',
    accounts: 'Accounts of the company',
    hours: 'Working hours',
    logs: 'Log and figures',
  } satisfies Record<SettingGroup, string> as Record<SettingGroup, string>,
};

/** What each language has to say about settings. */
type SettingTexts = typeof en;

const zh_cn: SettingTexts = {
  title: '设置',
  intro:
    '本主机启动时读取的设置。修改须在其环境变量中进行（Workers：vars 与 secrets），然后重启。密钥、密码等机密一律不显示。',
  production: '当前为生产模式。',
  development: '当前为开发模式。',
  setting: '设置项',
  value: '当前值',
  origin: '来源',
  set: '已设置',
  unset: '未设置',
  own: '环境变量',
  usual: '默认值',
  unread: '本主机不使用',
  keys: count => `（${count} 个密钥）`,
  groups: {
    website: '网站',
    company: '公司',
    keys: '密钥',
    server: '服务器',
    limits: '限额',
    periods: '保存期限',
    backups: '备份',
    notices: '通知渠道与邮件',
    accounts: '公司账号',
    hours: '工作时间',
    logs: '日志与指标',
  },
};

/** Every text of the page of settings. */
export const setting_texts: Record<Locale, SettingTexts> = { en, 'zh-CN': zh_cn };

/** What each setting is for, in Chinese. In English the table of settings says it. */
export const purposes: Record<SettingName, string> = {
  PUBLIC_URL: '本服务自己的地址；生产模式下须为 https。',
  SITE_ORIGINS: '可以提交和嵌入的网站，以逗号分隔；自己的地址始终可以。',
  DATA_REGION: '数据库所在地的 ISO 3166 代码，显示在控制台页脚。Workers 不接受 CN。',
  ENCRYPTION_KEYS: '加密线索的密钥，写作“编号:base64”。最后一个用于加密，全部可解密。',
  INDEX_KEY: '按手机号和邮箱建立索引的密钥。更换期间可有多个，最后一个用于新建索引。',
  SIGNING_KEY: '为回执码和人机校验签名的密钥。更换期间可有多个，最后一个用于签名。',
  CONTROLLER_NAME: '个人信息处理者的名称，显示在页面上。',
  CONTROLLER_CONTACT: '个人就其信息联系的方式：邮箱、电话、https 地址或文字。',
  ICP_NUMBER: '网站的 ICP 备案号，显示在每页页脚并附链接。',
  PSB_NUMBER: '网站的公安备案号，显示在每页页脚并附链接。',
  DATABASE_URL:
    '数据库地址：file:路径（SQLite）或 postgres://…，可按 libpq 的写法列出至多五台主机。Workers 使用 D1 绑定 DB。',
  DATABASE_READ_URL: 'PostgreSQL：备库地址。备库跟得上时，列表和导出从备库读取。',
  PORT: '监听的端口；0 表示任一空闲端口。',
  HOST: '监听的地址。前面应有提供 TLS 的代理。',
  KEEP_ALIVE_SECONDS: '空闲连接保持的秒数，应长于代理保持的时间。',
  CONNECTIONS: '同时打开的连接数上限。',
  DRAIN_SECONDS: '收到 SIGTERM 后继续服务的秒数，供负载均衡转移流量。',
  CLIENT_IP_HEADER: '代理写入访客地址的请求头；未设置时以连接的地址为准。',
  COOKIE_DOMAIN: '保存选择的 Cookie 所用的域名，即网站的可注册域名。',
  BOT_CHECK: 'off 表示提交时不做人机校验，仅用于压力测试和内网。',
  FORM_LIMIT_PER_MINUTE: '同一地址每分钟可向一个表单提交的次数；0 表示不限。Workers 上须与 wrangler.toml 的绑定一致。',
  REFUSED_LIMIT_PER_MINUTE: '同一地址每分钟可被拒绝（4xx）的公开请求数；0 表示不限。',
  CONSENT_LIMIT_PER_MINUTE: '同一地址每分钟可提交或查询 Cookie 选择的次数；0 表示不限。',
  FORM_QUOTA_PER_MINUTE: '一个表单每分钟接收的线索总数；0 表示不限。',
  CONSENT_QUOTA_PER_MINUTE: '每分钟保存的 Cookie 选择总数；超出的稍后再发送。0 表示不限。',
  LEAD_RETENTION_MONTHS: '最后一次联系后线索保存的月数，可按表单分别设置；政策另有规定的从其规定。',
  CONSENT_RETENTION_MONTHS: 'Cookie 选择失效后保存的月数。',
  AUDIT_RETENTION_MONTHS: '审计事件保存的月数；0 表示永久保存。',
  BACKUP_DIR: '备份目录，应与数据库不在同一磁盘。设置后服务器自动备份并逐一试恢复。',
  BACKUP_EVERY_HOURS: '每隔多少小时备份一次。',
  BACKUPS_KEPT: '保留的备份数。',
  OUTBOUND_HOSTS: '通知渠道可以访问的主机，以逗号分隔；其他一律拒绝。',
  SMTP_URL: '发送邮件的服务器。其主机视为已列入 OUTBOUND_HOSTS。',
  MAIL_FROM: '邮件的发件人；设置 SMTP_URL 时必填。',
  OIDC_ISSUER: '公司账号的身份提供方（OpenID Connect）。五项 OIDC_… 须一并设置。',
  OIDC_CLIENT_ID: '控制台在身份提供方的编号。',
  OIDC_CLIENT_SECRET: '与该编号配套的密钥。',
  OIDC_ROLE_CLAIM: '说明权限的声明（claim）名称或路径。',
  OIDC_ROLES: '该声明的每个值对应的角色；有多个时取第一个，没有则不能登录。',
  WIDGET_STALE_HOURS: '浏览器在获取新版组件期间可使用旧版的小时数；重大政策变更应至少提前这么久发布。',
  TIME_ZONE: '图表和统计按此时区划分日期。',
  WORKING_HOURS: '工作日的工作时间，用于计算线索等待的时长。',
  METRICS_TOKEN: '读取 /metrics 和 /health?full 所出示的令牌；未设置时两者关闭，也不计数。',
  LOG_LEVEL: '日志级别：debug、info、warn 或 error。日志不含个人信息。',
  LOG_DIR: '日志文件目录，按日（UTC）和服务器分文件。',
  LOG_RETENTION_MONTHS: '日志文件保存的日历月数：6 至 13。',
};
