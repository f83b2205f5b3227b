import { h, render } from 'preact';
import { checkField, type LeadField, type Locale, leadFields } from '../worker/fields.ts';
import type { Answer, Api, Policy } from './api.ts';
import { readDraft, writeDraft } from './draft.ts';
import { formTexts } from './lead-form-texts.ts';
import { type Box, type Errors, LeadForm, type State } from './lead-form-view.tsx';
import { createProofs } from './proofs.ts';

interface Options {
  host: string;
  locale: Locale;
  policy: Policy;
  api: Api;
  newId(): string;
}

const boxes: Box[] = [...leadFields.map(({ name }) => name), 'policy_version'];

let count = 0;

/**
 * Shows a form in `root` and brings it through: errors, sending, waiting, thanks.
 *
 * @returns Ends what the form has begun: its timer and its listener.
 */
export function startForm(root: Element, form: string, options: Options): () => void {
  const { host, locale, api, newId } = options;
  const texts = formTexts[locale];
  const proofs = createProofs(() => api.getChallenge(form));
  let draft = readDraft(form);
  const fixed = { id: `lc-${++count}-`, form, host, locale, values: draft.values, leave, type, submit, copy };
  let state: State = { policy: options.policy, errors: {}, said: '', notice: '', button: 'submit', isBusy: false };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  addEventListener('online', sendAgain);
  change({});
  return () => {
    isStopped = true;
    clearTimeout(timer);
    removeEventListener('online', sendAgain);
  };

  function change(part: Partial<State>) {
    state = { ...state, ...part };
    if (!isStopped) render(<LeadForm {...fixed} {...state} focused={proofs.take} />, root);
  }

  function focus(selector: string) {
    root.querySelector<HTMLElement>(selector)?.focus();
  }

  /** What stands in the form; the box only when it is ticked. */
  function read(): Record<string, string> {
    return Object.fromEntries(new FormData(root.querySelector('form')!)) as Record<string, string>;
  }

  function readBody(): string {
    return JSON.stringify({ ...read(), locale });
  }

  function findError(box: Box): string | undefined {
    const value = read()[box] ?? '';
    if (box === 'policy_version') return value ? undefined : texts.agreeError;
    const code = checkField(box, value);
    return code && (code === 'too_long' ? texts.errors[code](maxOf(box)) : texts.errors[code][box]);
  }

  /** An error comes when a person leaves a box in which something is written, not when the window loses the focus. */
  function leave({ name, value }: HTMLInputElement) {
    const box = name as Box;
    if (!value || document.activeElement?.id === fixed.id + box) return;
    const error = findError(box);
    if (error !== state.errors[box]) change({ errors: { ...state.errors, [box]: error }, said: error });
  }

  /** While a person types, a solved error goes away and no new one comes. */
  function type({ name }: HTMLInputElement) {
    const box = name as Box;
    draft = { ...draft, values: read() };
    writeDraft(form, draft);
    if (state.errors[box] && !findError(box)) change({ errors: { ...state.errors, [box]: undefined } });
  }

  function submit() {
    if (state.isBusy) return;
    const errors: Errors = Object.fromEntries(boxes.map(box => [box, findError(box)]));
    if (boxes.some(box => errors[box])) refuse(errors);
    else send(false);
  }

  /** Sends by itself what failed before, if it still stands there unchanged. */
  function sendAgain() {
    if (state.button === 'retry' && !state.isBusy && draft.body === readBody()) send(true);
  }

  async function send(isAlone: boolean) {
    const body = readBody();
    // The key outlives a reload with the draft: the same values are the same lead, whatever became of the first answer.
    if (draft.body !== body) draft = { values: read(), body, key: newId() };
    writeDraft(form, draft);
    change({ errors: {}, said: '', notice: '', button: 'sending', isBusy: true });
    settle(await post(JSON.parse(body), draft.key), isAlone);
  }

  /** Posts with a proof; where that is refused, or there is none, a new one gets a second chance. */
  async function post(body: object, key: string, isLast = false): Promise<Answer> {
    const { challenge, ...failure } = await proofs.take();
    const answer = challenge ? await api.post(`/forms/${form}`, { ...body, challenge }, key) : failure;
    if (challenge && !isRefused(answer)) return answer;
    proofs.drop();
    return isLast ? answer : post(body, key, true);
  }

  async function settle(answer: Answer, isAlone: boolean) {
    const { status, body } = answer;
    if (status === 201) writeDraft(form);
    if (isStopped) return;
    if (status === 201) {
      change({ receipt: body?.receipt_code ?? '' });
      focus('[data-lead-form-done]');
    } else if (status === 422 && Array.isArray(body?.errors)) {
      const problems: { field: string; code: string; message: string }[] = body.errors;
      if (problems.some(it => it.field === 'policy_version' && it.code === 'outdated')) await renewPolicy();
      const elsewhere = problems.find(({ field }) => !boxes.some(box => box === field));
      refuse(Object.fromEntries(problems.map(it => [it.field, it.message])), elsewhere?.message);
    } else fail(answer, isAlone);
  }

  function refuse(errors: Errors, notice?: string) {
    const wrong = boxes.filter(box => errors[box]);
    change({ errors, said: '', notice: notice ?? texts.review(wrong.length), button: 'submit', isBusy: false });
    focus(`[name=${wrong[0]}]`);
  }

  /** Says why, and waits as long as the server asks for; then the form sends itself, once for each click. */
  function fail(answer: Answer, isAlone: boolean) {
    const { status, retry_after } = answer;
    const isOffline = !status && !navigator.onLine;
    const unreached = isOffline ? 'offline' : 'unreachable';
    const reason = !status ? unreached : status === 429 ? 'tooMany' : isRefused(answer) ? 'refused' : 'failed';
    const later = isOffline ? texts.nextOnline : texts.next;
    const next = retry_after ? (isAlone ? texts.nextAfter : texts.nextAlone)(retry_after) : later;
    change({ notice: texts.keeps(texts.reasons[reason], next), button: 'retry', isBusy: !!retry_after });
    if (!retry_after) return;
    timer = setTimeout(() => {
      change({ isBusy: false, notice: '' });
      if (!isAlone) sendAgain();
    }, retry_after * 1000);
  }

  /** Asks again under the policy that has become current meanwhile. */
  async function renewPolicy() {
    const policy = await api.getPolicy(locale, 'no-cache');
    if (policy) change({ policy });
  }

  /** By the old command, because plain http has no clipboard of its own. */
  function copy(code: Element) {
    getSelection()?.selectAllChildren(code);
    change({ isCopied: document.execCommand('copy') });
  }
}

function isRefused({ status, body }: Answer): boolean {
  return status === 403 && /bot-check-failed$/.test(body?.type);
}

function maxOf(field: LeadField): number {
  return leadFields.find(({ name }) => name === field)!.max;
}
