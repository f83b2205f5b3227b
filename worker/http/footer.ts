import { html } from 'hono/html';
import type { Locale } from '../shared/locales.ts';

/** Who runs the website, as the foot of a page says it. */
export interface Operator {
  site_origins: string[];
  controller_name?: string | undefined;
  controller_contact?: string | undefined;
  icp_number?: string | undefined;
  psb_number?: string | undefined;
}

const texts: Record<
  Locale,
  { back(host: string): string; home: string; contact: string; promises: string; news: string }
> = {
  'zh-CN': {
    back: host => `返回 ${host}`,
    home: '返回首页',
    contact: '隐私事务联系方式：',
    promises: '承诺核对',
    news: '公告',
  },
  en: {
    back: host => `Back to ${host}`,
    home: 'Back to the home page',
    contact: 'Privacy contact: ',
    promises: 'Are our promises kept?',
    news: 'Announcements',
  },
};

/** Renders the foot of a page: the way back to the website, whom to ask, and the filing numbers. */
export function renderFooter(locale: Locale, operator: Operator) {
  const { controller_name, controller_contact } = operator;
  const text = texts[locale];
  return html`<footer class="foot">
<p>${renderWayBack(locale, operator)} <span aria-hidden="true">·</span> <a href="/compliance?lang=${locale}">${text.promises}</a> <span aria-hidden="true">·</span> <a href="/announcements?lang=${locale}">${text.news}</a></p>
${controller_name || controller_contact ? html`<p>${controller_name}${controller_contact ? html` <span aria-hidden="true">·</span> ${text.contact}${renderContact(controller_contact)}` : ''}</p>` : ''}
${renderFilings(operator)}
</footer>`;
}

/** Renders the link to the website; where none is set, to the start of this server. */
export function renderWayBack(locale: Locale, { site_origins: [site] }: Operator, kind = '') {
  const text = texts[locale];
  const words = site ? text.back(new URL(site).host) : text.home;
  return html`<a${kind ? html` class="${kind}"` : ''} href="${site ?? ''}/">${words}</a>`;
}

/**
 * Renders the numbers under which the website is filed, with their links, as mainland hosting demands.
 *
 * @see 非经营性互联网信息服务备案管理办法 §13
 */
export function renderFilings({ icp_number, psb_number }: Pick<Operator, 'icp_number' | 'psb_number'>) {
  if (!icp_number && !psb_number) return '';
  const code = psb_number?.replace(/\D/g, '');
  return html`<p class="filings">${icp_number ? html`<a href="https://beian.miit.gov.cn/" target="_blank" rel="noopener">${icp_number}</a>` : ''}
${psb_number ? html`<a href="https://beian.mps.gov.cn/#/query/webSearch?code=${code}" target="_blank" rel="noopener">${psb_number}</a>` : ''}</p>`;
}

function renderContact(contact: string) {
  const scheme = /^[^\s@:/]+@[^\s@]+$/.test(contact) ? 'mailto:' : /^\+?[\d -]{5,}$/.test(contact) ? 'tel:' : '';
  const address = scheme === 'tel:' ? contact.replace(/ /g, '') : contact;
  return scheme || contact.startsWith('https://') ? html`<a href="${scheme}${address}">${contact}</a>` : contact;
}
