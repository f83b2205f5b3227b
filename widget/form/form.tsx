import { render } from 'preact';
import { describeLeadError } from '../../worker/shared/field-errors.ts';
import { checkSpelling, type LeadField } from '../../worker/shared/fields.ts';
import type { Locale } from '../../worker/shared/locales.ts';
import { type Answer, type Api, isTemporary, type Policy } from '../server.ts';
import { drawThanks } from './done.tsx';
import { readDraft, removeDraft, writeDraft } from './draft.ts';
import { createProofs } from './proofs.ts';
import { formTexts } from './texts.ts';
import { type Box, boxes, drawForm, type Errors, type State } from './view.tsx';

export { default as styles } from './form.css';

interface Options {
  host: string;
  locale: Locale;
  policy: Policy;
  api: Api;
  newId(): string;
}

/** Seconds to wait when the server names no time, and the spread of the attempts of many people. */
const spread_seconds = 10;

let count = 0;

/** Renders the inquiry form into an element and brings it through: errors, sending, waiting, thanks. */
export function mountLeadForm(root: Element, form: string, options: Options) {
  const { host, locale, api, newId } = options;
  const texts = formTexts[locale];
  const proofs = createProofs(() => api.getChallenge(form));
  const id = `lc-${++count}-`;
  let draft = readDraft(form);
  const { values } = draft;
  const listeners = { onFocusIn: proofs.take, onFocusOut: leave, onInput: type, onSubmit: submit };
  let state: State = { policy: options.policy, errors: {}, notice: '', button: 'submit' };
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the form has been sent or stopped. */
  let isOver = false;
  addEventListener('online', sendAgain);
  change({});

  return {
    /** Asks for agreement to a policy, which a tick for another one is not. */
    ask(policy: Policy) {
      if (!isOver) change({ policy });
    },

    /** Stops the form, and empties its element. */
    close() {
      isOver = true;
      clearTimeout(timer);
      removeEventListener('online', sendAgain);
      render(null, root);
    },
  };

  function change(part: Partial<State>) {
    state = { ...state, ...part };
    render(drawForm(id, form, locale, values, listeners, state), root);
  }

  /** Returns what stands in the form; the box only when it is ticked. */
  function read(): Record<string, string> {
    return Object.fromEntries(new FormData(root.firstElementChild as HTMLFormElement)) as Record<string, string>;
  }

  function readBody(): string {
    return JSON.stringify({ ...read(), locale });
  }

  function findError(box: Box): string | undefined {
    const value = read()[box] ?? '';
    if (value && box === 'policy_version') return;
    const code = checkSpelling(box as LeadField, value);
    return code && describeLeadError(locale, box, code);
  }

  function tell(box: Box, error?: string) {
    if (error !== state.errors[box]) change({ errors: { ...state.errors, [box]: error } });
  }

  /** Shows an error when a person leaves a filled box, not when the window loses the focus. */
  function leave({ target }: Event) {
    const { name, value } = target as HTMLInputElement;
    if (value && (root.getRootNode() as Document).activeElement !== target) tell(name as Box, findError(name as Box));
  }

  /** Removes a solved error while a person types, and adds none. */
  function type({ target }: Event) {
    const box = (target as HTMLInputElement).name as Box;
    draft.values = read();
    writeDraft(form, draft);
    if (!findError(box)) tell(box);
  }

  function submit(event: Event) {
    event.preventDefault();
    if (state.button === 'sending') return;
    const errors: Errors = Object.fromEntries(boxes.map(box => [box, findError(box)]));
    attempts = 0;
    if (boxes.some(findError)) refuse(errors);
    else send();
  }

  /** Sends by itself what failed before, unless it has been changed meanwhile: then a person sends it. */
  function sendAgain() {
    if (state.button !== 'retry') return;
    if (draft.body === readBody()) send();
    else change({ notice: '', button: 'submit' });
  }

  async function send() {
    const body = readBody();
    clearTimeout(timer);
    // The key outlives a reload with the draft: the same values are the same lead, whatever became of the first answer.
    if (draft.body !== body) draft = { values: read(), body, key: newId() };
    writeDraft(form, draft);
    // The notice about an earlier attempt stays until another one replaces it.
    change({ errors: {}, notice: attempts++ ? state.notice : '', button: 'sending' });
    settle(await post(JSON.parse(body), draft.key));
  }

  /** Posts with a proof; where that is refused, or there is none, a new one gets a second chance. */
  async function post(body: object, key: string, isLast = false): Promise<Answer> {
    const proof = await proofs.take();
    const { challenge } = proof;
    const answer = challenge ? await api.post(`/forms/${form}`, { ...body, challenge }, key) : proof;
    if (challenge && !/bot-check-failed$/.test(answer.body?.type)) return answer;
    proofs.drop();
    return isLast ? answer : post(body, key, true);
  }

  async function settle(answer: Answer) {
    const { status, body } = answer;
    if (status === 201) removeDraft(form);
    if (isOver) return;
    if (status === 201) {
      isOver = true;
      render(drawThanks(host, locale, body?.receipt_code), root);
      (root.firstElementChild as HTMLElement).focus();
    } else if (status === 422 && body?.errors?.map) {
      const problems: { field: string; code: string; message: string }[] = body.errors;
      // Asks again under the policy that has become current meanwhile.
      if (problems.some(it => it.code === 'outdated'))
        change({ policy: (await api.getPolicy(locale, 'no-cache')) ?? state.policy });
      refuse(Object.fromEntries(problems.map(it => [it.field, it.message])));
    } else fail(answer);
  }

  function refuse(errors: Errors) {
    change({ errors, notice: texts.review, button: 'submit' });
    root.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }

  /** Shows why sending failed. A failure that may pass is sent again by itself, not before the server wants it. */
  function fail(answer: Answer) {
    const { status, retry_after } = answer;
    const isLater = isTemporary(answer);
    const reason = status === 429 ? 'tooMany' : status || navigator.onLine ? 'failed' : 'offline';
    const notice = texts.keeps(texts.reasons[reason], isLater);
    change({ notice, button: isLater && retry_after ? 'sending' : 'retry' });
    // Later with each attempt, and not when everyone else does: a hundred people may be waiting behind one address.
    const seconds = (retry_after || spread_seconds) + Math.random() * spread_seconds * Math.min(attempts - 1, 4);
    if (isLater) timer = setTimeout(resume, seconds * 1000);
  }

  function resume() {
    change({ button: 'retry' });
    sendAgain();
  }
}
