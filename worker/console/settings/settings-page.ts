import { html } from 'hono/html';
import { hints, type Warning } from '../../health/hints.ts';
import type { Content } from '../../http/page.ts';
import { type SettingInForce, setting_groups } from '../../settings.ts';
import { version } from '../../version.ts';
import { renderTable } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import { purposes, setting_texts } from './texts.ts';

interface Shown {
  in_force: readonly SettingInForce[];
  production: boolean;
  /** The own address, also where the host found it by itself. */
  public_url: string;
  /** What `/health` warns of. */
  warnings: Warning[];
}

/** Draws what the server warns of, and every setting in its group, with what is in force and what it is for. Nothing can be changed here. */
export function settingsPage(reader: Reader, { in_force, production, public_url, warnings }: Shown): Page {
  const text = setting_texts[reader.locale];
  const heads = [text.setting, text.value, text.origin];
  const groups = setting_groups.map(group => {
    const rows = in_force.filter(setting => setting.group === group);
    return html`<h2>${text.groups[group]}</h2>${renderTable(
      text.groups[group],
      heads,
      rows.map(setting => [
        html`<code>${setting.name}</code><small>${renderPurpose(reader, setting)}</small>`,
        renderValue(reader, setting, public_url),
        html`${originOf(reader, setting)}`,
      ]),
    )}`;
  });
  return {
    title: text.title,
    section: 'settings',
    content: html`<h1>${text.title}</h1>${renderWarnings(reader, warnings)}
<p class="hint">${text.intro} ${production ? text.production : text.development} lead-consent ${version}</p>
<div class="settings">${groups}</div>`,
  };
}

/** Draws what is amiss, and what to do about it. */
function renderWarnings({ locale }: Reader, warnings: Warning[]): Content {
  const text = setting_texts[locale];
  if (warnings.length === 0) return html`<p class="hint">${text.unwarned}</p>`;
  const lines = warnings.map(warning => html`<li>${hints[locale][warning]} <code>${warning}</code></li>`);
  return html`<section class="notice alarm" aria-labelledby="warnings"><h2 id="warnings">${text.warnings(warnings.length)}</h2><ul>${lines}</ul></section>`;
}

function renderPurpose({ locale }: Reader, { name, sentence }: SettingInForce): Content {
  if (locale === 'zh-CN') return html`${purposes[name]}`;
  const parts = sentence.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1').split('`');
  return html`${parts.map((part, at) => (at % 2 ? html`<code>${part}</code>` : part))}`;
}

function renderValue({ locale }: Reader, setting: SettingInForce, public_url: string): Content {
  const text = setting_texts[locale];
  if (!setting.isRead) return html`–`;
  if (!setting.isSet)
    return setting.name === 'PUBLIC_URL' && public_url ? html`<code>${public_url}</code>` : html`${text.unset}`;
  const count = setting.keys === undefined ? '' : text.keys(setting.keys);
  if (setting.text === undefined) return html`${text.set}${count}`;
  return html`<code>${setting.text}</code>${count}`;
}

function originOf({ locale }: Reader, { isRead, isSet, isDefault }: SettingInForce): string {
  const text = setting_texts[locale];
  if (!isRead) return text.unread;
  return isDefault ? text.usual : isSet ? text.own : '–';
}
