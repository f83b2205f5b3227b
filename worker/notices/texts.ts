import { dayOf } from '../../db/days.ts';
import { timeOf } from '../../db/ids.ts';
import type { ChannelEvent, test_event } from '../../db/notices/write.ts';
import { writeZone } from '../http/times.ts';
import type { Settings } from '../settings.ts';
import { forms } from '../shared/fields.ts';
import { common_form_texts } from '../shared/form-texts.ts';
import { date_tags, type Locale } from '../shared/locales.ts';
import type { Message } from './kind.ts';
import { pageOf, public_pages } from './pages.ts';

/** A person reads this of a message: a title, a few lines, and one link into the console. Nothing in it is personal. */
export interface Text {
  locale: Locale;
  title: string;
  lines: string[];
  link: { label: string; url: string };
}

interface Words {
  titles: Record<ChannelEvent | typeof test_event, { one: string; many: (count: number) => string }>;
  form: (title: string) => string;
  count: (title: string, count: number) => string;
  time: (time: string) => string;
  day: (day: string, time: string) => string;
  span: (first: string, last: string) => string;
  zone: (time: string, zone: string) => string;
  link: string;
  public_links: Record<keyof typeof public_pages, string>;
}

const words: Record<Locale, Words> = {
  'zh-CN': {
    titles: {
      'lead.created': { one: '收到一条新咨询', many: count => `收到 ${count} 条新咨询` },
      'lead.waiting': { one: '有一条咨询久未联系', many: count => `有 ${count} 条咨询久未联系` },
      'lead.assigned': { one: '一条咨询有了新的负责人', many: count => `${count} 条咨询有了新的负责人` },
      'follow_up.due': { one: '有一条咨询该跟进了', many: count => `有 ${count} 条咨询该跟进了` },
      'hold.review_due': { one: '有一项保全待复核', many: count => `有 ${count} 项保全待复核` },
      'backup.failed': { one: '备份失败', many: count => `备份失败 ${count} 次` },
      'request.created': { one: '收到一个个人信息请求', many: count => `收到 ${count} 个个人信息请求` },
      'request.due': { one: '一个个人信息请求即将到期', many: count => `${count} 个个人信息请求即将到期` },
      'compliance.broken': { one: '核对发现有承诺未兑现', many: count => `${count} 次核对发现有承诺未兑现` },
      'policy.published': { one: '隐私政策发布了新版本', many: count => `隐私政策发布了 ${count} 个新版本` },
      'channel.test': { one: '测试消息：通知可以送达', many: count => `${count} 条测试消息：通知可以送达` },
    },
    form: title => `表单：${title}`,
    count: (title, count) => `${title}：${count} 条`,
    time: time => `时间：${time}`,
    day: (day, time) => `${day} ${time}`,
    span: (first, last) => `${first} 至 ${last}`,
    zone: (time, zone) => `${zone} ${time}`,
    link: '到控制台查看',
    public_links: { 'compliance.broken': '查看承诺核对结果', 'policy.published': '查看隐私政策的全部版本' },
  },
  en: {
    titles: {
      'lead.created': { one: 'New inquiry', many: count => `${count} new inquiries` },
      'lead.waiting': {
        one: 'An inquiry has waited too long',
        many: count => `${count} inquiries have waited too long`,
      },
      'lead.assigned': { one: 'An inquiry has been assigned', many: count => `${count} inquiries have been assigned` },
      'follow_up.due': { one: 'A follow-up is due', many: count => `${count} follow-ups are due` },
      'hold.review_due': { one: 'A hold is due for review', many: count => `${count} holds are due for review` },
      'backup.failed': { one: 'A backup has failed', many: count => `${count} backups have failed` },
      'request.created': {
        one: 'A person asks for their rights',
        many: count => `${count} people ask for their rights`,
      },
      'request.due': { one: 'A request is due soon', many: count => `${count} requests are due soon` },
      'compliance.broken': {
        one: 'A promise is broken',
        many: count => `${count} checks found a promise broken`,
      },
      'policy.published': {
        one: 'A new version of the privacy policy',
        many: count => `${count} new versions of the privacy policy`,
      },
      'channel.test': { one: 'Test: notices arrive here', many: count => `${count} tests: notices arrive here` },
    },
    form: title => `Form: ${title}`,
    count: (title, count) => `${title}: ${count}`,
    time: time => `Time: ${time}`,
    day: (day, time) => `${day}, ${time}`,
    span: (first, last) => `${first} to ${last}`,
    zone: (time, zone) => `${time} ${zone}`,
    link: 'Open the console',
    public_links: {
      'compliance.broken': 'See what became of the promises',
      'policy.published': 'See all versions of the privacy policy',
    },
  },
};

/**
 * Writes what a person reads of a message. Of one lead it names the form and the time; of several it counts them, by
 * form.
 */
export function writeText(
  { time_zone, public_url }: Pick<Settings, 'time_zone'> & { public_url: string },
  { event, locale, notices }: Message,
  now: Date,
): Text {
  const { titles, form, count, time } = words[locale];
  const { one, many } = titles[event as keyof typeof titles];
  const only = notices.length === 1 ? notices[0] : undefined;
  const counts = forms
    .map(form => ({
      title: common_form_texts[locale].titles[form],
      of: notices.filter(one => one.form === form).length,
    }))
    .filter(({ of }) => of > 0);
  const times = notices.map(({ id }) => timeOf(id).getTime());
  const [first, last] = [new Date(Math.min(...times)), new Date(Math.max(...times))];
  return {
    locale,
    title: only ? one : many(notices.length),
    lines: [
      ...counts.map(({ title, of }) => (only ? form(title) : count(title, of))),
      time(writeSpan(locale, time_zone, first, last, now)),
    ],
    link: writeLink(public_url, locale, event, only),
  };
}

/** Writes the link of a message, to a page for everyone where that says more than the console does. */
function writeLink(public_url: string, locale: Locale, event: string, only: Message['notices'][0] | undefined) {
  const { link, public_links } = words[locale];
  if (event in public_pages) {
    const about = event as keyof typeof public_pages;
    return { label: public_links[about], url: `${public_url}${public_pages[about]}?lang=${locale}` };
  }
  return { label: link, url: public_url + pageOf(event, only) };
}

/** Writes when events happened: `北京时间 17:05`, or from when to when, with the days where one is not today. */
function writeSpan(locale: Locale, time_zone: string, first: Date, last: Date, now: Date): string {
  const { day, span, zone } = words[locale];
  const write = (options: Intl.DateTimeFormatOptions, at: Date) =>
    new Intl.DateTimeFormat(date_tags[locale], { ...options, timeZone: time_zone }).format(at);
  const areToday = [first, last].every(at => dayOf(at, time_zone) === dayOf(now, time_zone));
  const writeTime = (at: Date) => {
    const time = write({ timeStyle: 'short' }, at);
    return areToday ? time : day(write({ day: 'numeric', month: 'long' }, at), time);
  };
  const [from, to] = [writeTime(first), writeTime(last)];
  return zone(from === to ? from : span(from, to), writeZone(locale, time_zone, last));
}
