import { html } from 'hono/html';
import type { Content } from '../http/page.ts';
import { writeInstant } from '../http/times.ts';
import type { Form, LeadField } from '../shared/fields.ts';
import { common_form_texts } from '../shared/form-texts.ts';
import type { Locale } from '../shared/locales.ts';

interface ProofTexts {
  title: string;
  intro: string;
  form: string;
  fields: string;
  sentence: string;
  no_sentence: string;
  box: string;
  version: string;
  digest: string;
  sentence_digest: string;
  language: string;
  time: string;
  withdrawn: string;
  erased: string;
  number: string;
  controller: string;
  trail: string;
  when: string;
  act: string;
  who: string;
  more: string;
  seal: string;
  sealed(from: number, to: number): string;
  checkpoint: string;
  check: string;
}

/** Texts of the page that proves a consent. */
export const proof_texts: Record<Locale, ProofTexts> = {
  'zh-CN': {
    title: '同意证明',
    intro: '本页证明一条线索提交时所给出的同意，不含本人的任何信息。',
    form: '表单',
    fields: '所收集的信息（仅列名称）',
    sentence: '勾选框旁的原文',
    no_sentence: '存档中没有该文本。',
    box: '勾选框初始为未勾选；不勾选则不存储任何信息。',
    version: '隐私政策版本',
    digest: '所展示文本的 SHA-256',
    sentence_digest: '原文的 SHA-256',
    language: '语言',
    time: '同意时间',
    withdrawn: '撤回时间',
    erased: '删除时间',
    number: '线索编号',
    controller: '个人信息处理者',
    trail: '此后的操作记录',
    when: '时间',
    act: '操作',
    who: '执行者',
    more: '另有更多记录，见操作日志。',
    seal: '所在的封印',
    sealed: (from, to) => `第 ${from} 号至第 ${to} 号`,
    checkpoint: '现时签发的检查点',
    check: '检查点为 Ed25519 签名，公钥见 /compliance；验证方法见 docs/audit.md。',
  },
  en: {
    title: 'Proof of consent',
    intro: 'This page proves the consent given with one inquiry. It holds none of the person’s values.',
    form: 'Form',
    fields: 'What was collected, by name only',
    sentence: 'The sentence beside the box',
    no_sentence: 'The text is not in the archive.',
    box: 'The box starts unticked; unless it is ticked nothing is stored.',
    version: 'Version of the privacy policy',
    digest: 'SHA-256 of the text shown',
    sentence_digest: 'SHA-256 of the sentence',
    language: 'Language',
    time: 'Time of consent',
    withdrawn: 'Withdrawn',
    erased: 'Erased',
    number: 'Id of the inquiry',
    controller: 'Controller',
    trail: 'Acts since then',
    when: 'When',
    act: 'Act',
    who: 'By whom',
    more: 'There are more; see the access log.',
    seal: 'The seal that holds it',
    sealed: (from, to) => `numbers ${from} to ${to}`,
    checkpoint: 'A checkpoint signed now',
    check:
      'The checkpoint has an Ed25519 signature. Its public key stands at /compliance; docs/audit.md says how to check it.',
  },
};

interface Reader {
  locale: Locale;
  time_zone: string;
  controller_name: string;
  controller_contact: string | undefined;
}

/** The proof as `describeProof` returns it. */
interface Proven {
  lead_id: string;
  form: string;
  fields: string[];
  policy_version: string;
  agreement: { text: string; sha256: string } | null;
  document: { sha256: string; url: string | null };
  locale: string;
  received_at: string;
  withdrawn_at: string | null;
  erased_at: string | null;
  trail: { recorded_at: string; action: string; actor: string; role: string; purpose: string | null }[];
  trail_has_more: boolean;
  seal: { from_seq: number; to_seq: number; hash: string } | null;
  checkpoint: string | null;
}

/** Draws the proof as a list of facts and a table of acts. */
export function renderProof(
  proof: Proven,
  { locale, time_zone, controller_name, controller_contact }: Reader,
): Content {
  const text = proof_texts[locale];
  const names = common_form_texts[locale];
  const at = (instant: string) =>
    html`<time datetime="${instant}">${writeInstant(locale, time_zone, new Date(instant))}</time>`;
  const { agreement, document, seal, checkpoint } = proof;
  const facts: [string, Content | string][] = [
    [text.controller, [controller_name, controller_contact].filter(Boolean).join(' · ')],
    [text.number, html`<code>${proof.lead_id}</code>`],
    [text.form, names.titles[proof.form as Form] ?? proof.form],
    [text.fields, proof.fields.map(name => names.labels[name as LeadField] ?? name).join(', ')],
    [
      text.sentence,
      agreement ? html`<q>${agreement.text.replaceAll(/[[\]]/g, '')}</q><br>${text.box}` : text.no_sentence,
    ],
    ...(agreement ? [[text.sentence_digest, html`<code>${agreement.sha256}</code>`] as [string, Content]] : []),
    [text.version, document.url ? html`<a href="${document.url}">${proof.policy_version}</a>` : proof.policy_version],
    [text.digest, html`<code>${document.sha256}</code>`],
    [text.language, proof.locale],
    [text.time, at(proof.received_at)],
    ...(proof.withdrawn_at ? [[text.withdrawn, at(proof.withdrawn_at)] as [string, Content]] : []),
    ...(proof.erased_at ? [[text.erased, at(proof.erased_at)] as [string, Content]] : []),
    ...(seal
      ? [
          [text.seal, html`${text.sealed(seal.from_seq, seal.to_seq)}<br><code>${seal.hash}</code>`] as [
            string,
            Content,
          ],
        ]
      : []),
    ...(checkpoint ? [[text.checkpoint, html`<code>${checkpoint}</code><br>${text.check}`] as [string, Content]] : []),
  ];
  return html`<h1>${text.title}</h1>
<p>${text.intro}</p>
<dl class="proof">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<h2>${text.trail}</h2>
<div class="table stacked" tabindex="0"><table role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader">${text.when}</th><th role="columnheader">${text.act}</th><th role="columnheader">${text.who}</th></tr></thead>
<tbody role="rowgroup">${proof.trail.map(({ recorded_at, action, actor, role, purpose }) => html`<tr role="row"><td role="cell" data-label="${text.when}">${at(recorded_at)}</td><td role="cell" data-label="${text.act}">${action}${purpose ? ` (${purpose})` : ''}</td><td role="cell" data-label="${text.who}">${actor === role ? actor : `${role} ${actor}`}</td></tr>`)}</tbody></table></div>
${proof.trail_has_more ? html`<p>${text.more}</p>` : ''}`;
}
