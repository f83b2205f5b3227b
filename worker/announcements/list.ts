import { html } from 'hono/html';
import {
  type Announcement,
  type IncidentAnnouncement,
  listAnnouncements,
  type PolicyAnnouncement,
} from '../../db/announcements.ts';
import { notice_parts } from '../../db/incidents/incident.ts';
import { factory } from '../context.ts';
import { localeOf } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { type Content, showPage } from '../http/page.ts';
import { writeInstant } from '../http/times.ts';
import { incident_texts } from '../incidents/texts.ts';
import type { Locale } from '../shared/locales.ts';
import { announcementIn, announcementUrl } from './words.ts';

/** Time for which the list may be cached. */
const fresh_seconds = 60;

/** `GET /announcements` lists what everyone is told of, the newest first: to a person as a page. */
export const showAnnouncements = factory.createHandlers(async c => {
  const { db, settings } = c.var.services;
  const locale = localeOf(c);
  const announcements = await listAnnouncements(db);
  if (prefersHtml(c)) {
    const { title, intro } = texts[locale];
    return showPage(
      c,
      { title, description: intro, isPublic: true },
      renderAll(announcements, locale, settings.time_zone),
    );
  }
  const described = announcements.map(announcement => {
    const { texts: _, ...facts } = announcement;
    const { title, text } = announcementIn(announcement, locale);
    const url = announcementUrl(settings.public_url, facts.id, locale);
    const notice = announcement.kind === 'incident' ? wordsIn(announcement, locale) : {};
    return { ...facts, title, text, ...notice, url };
  });
  return c.json({ announcements: described }, 200, {
    'Cache-Control': `public, max-age=${fresh_seconds}`,
    'Content-Language': locale,
    Vary: 'Accept, Accept-Language',
  });
});

const texts = {
  'zh-CN': {
    title: '公告',
    intro: '本页列出隐私政策的重大变更和个人信息安全事件。最新的公告列在最前。',
    none: '目前没有公告。',
    published: '发布时间：',
    effective: '生效时间：',
    version: (version: string) => `阅读隐私政策 ${version}`,
    versions: '隐私政策的全部版本',
  },
  en: {
    title: 'Announcements',
    intro: 'This page lists significant changes of the privacy policy, and security incidents. The newest comes first.',
    none: 'There is no announcement.',
    published: 'Published on ',
    effective: 'In force from ',
    version: (version: string) => `Read privacy policy ${version}`,
    versions: 'All versions of the privacy policy',
  },
} as const satisfies Record<Locale, unknown>;

function renderAll(announcements: Announcement[], locale: Locale, time_zone: string): Content {
  const text = texts[locale];
  const at = (instant: string) =>
    html`<time datetime="${instant}">${writeInstant(locale, time_zone, new Date(instant))}</time>`;
  const cards = announcements.map(announcement => {
    const { id, kind, published_at } = announcement;
    const { title } = announcementIn(announcement, locale);
    return html`<section class="card" id="${id}" data-announcement="${id}">
<h2>${title}</h2>
<p>${text.published}${at(published_at)}${kind === 'policy' ? html`<br>${text.effective}${at(announcement.effective_at)}` : ''}</p>
${kind === 'policy' ? renderChange(announcement, locale) : renderNotice(announcement, locale)}
</section>
`;
  });
  return html`<h1>${text.title}</h1>
<p>${announcements.length > 0 ? text.intro : text.none}</p>
${cards}
<p class="ways"><a href="/policies?lang=${locale}">${text.versions}</a></p>`;
}

function renderChange(announcement: PolicyAnnouncement, locale: Locale): Content {
  const { version } = announcement;
  const { text } = announcementIn(announcement, locale);
  return html`<p>${text}</p>
<p class="ways"><a href="/policies/${version}?lang=${locale}">${texts[locale].version(version)}</a></p>`;
}

function renderNotice(announcement: IncidentAnnouncement, locale: Locale): Content {
  const text = incident_texts[locale];
  const words = wordsIn(announcement, locale);
  return html`${notice_parts.map(part => html`<h3>${text.parts[part]}</h3>\n<p class="typed">${words[part]}</p>\n`)}
<h3>${text.contact}</h3>
<p>${announcement.contact}</p>`;
}

/** Returns the whole notice of an incident in a language, or else in its first one. */
function wordsIn({ texts: told }: IncidentAnnouncement, locale: Locale) {
  const { locale: _, text: __, ...words } = told.find(one => one.locale === locale) ?? told[0]!;
  return words;
}
