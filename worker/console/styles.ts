import { pageStyles } from './page-styles.ts';

/** The console's own stylesheet, over that of the product's pages: dense, calm, the same colours. */
export const consoleStyles = `:root {
  --gutter: max(clamp(0.9rem, 3vw, 2rem), (100vw - 72rem) / 2);
  --new: #0b6a62; --contacted: #9a5b00; --qualified: #5b4bc4; --closed: #5d6d74;
  --s0: #0b6a62; --s1: #c27a12; --s2: #74868e; --s3: #b3261e;
  --shade: 0 1px 2px rgb(22 35 42 / 6%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --new: #74d3c4; --contacted: #f2b866; --qualified: #b9adff; --closed: #9fb0b7;
    --s0: #74d3c4; --s1: #f0b35b; --s2: #8fa2aa; --s3: #ff9d92; --shade: none;
  }
}
.console { display: flex; flex-direction: column; min-block-size: 100vh; font-size: 0.94rem; line-height: 1.5; }
.console > main { flex: 1; inline-size: 100%; max-inline-size: none; padding: 0 var(--gutter) 3rem; }
.console > main:focus { outline: 0; }
.console h1 { margin: 1.2rem 0 0.6rem; font-size: 1.45rem; }
.console h2 { margin: 0 0 0.7rem; font-size: 1rem; }
.console dl, .console ul, .console ol { margin: 0; padding: 0; list-style: none; }
.console li { margin: 0; }
.console dd { margin: 0; }
.console form { display: block; }
.console .card { padding: 1.1rem 1.25rem; border-radius: 12px; box-shadow: var(--shade); }
.console .card.narrow { max-inline-size: 38rem; margin: 1.5rem auto; }
.console .card > h1:first-child { margin-top: 0; }
.console button, .console .button { min-block-size: 2.25rem; padding: 0.3rem 0.9rem; font-size: 0.92rem; line-height: 1.3; border-radius: 8px; }
.console button.alarm { background: var(--alarm); color: var(--surface); }
.console label { font-size: 0.85rem; }
.console label :is(input, select) { font-weight: 400; }
.console label.check, .console .check span { font-size: 0.94rem; }
.console input:where(:not([type="checkbox"], [type="radio"], [type="hidden"])), .console select {
  min-block-size: 2.25rem; margin-block-start: 0.2rem; padding: 0.3rem 0.6rem; font-size: 0.94rem; border-radius: 8px;
}
.console small { display: block; font-size: 0.82rem; }
.console .notice { margin: 0.8rem 0; padding: 0.7em 1em; font-size: 0.92rem; border-radius: 8px; }
.console .hint { margin: 0 0 0.8rem; font-size: 0.88rem; }
.console kbd { display: inline-block; min-inline-size: 1.5em; padding: 0 0.35em; font-size: 0.78rem; text-align: center; color: var(--soft); background: var(--surface); border: 1px solid var(--line); border-radius: 4px; }
.console summary { cursor: pointer; }
.console footer { padding: 0.8rem clamp(0.9rem, 3vw, 2rem); color: var(--soft); font-size: 0.82rem; text-align: center; border-top: 1px solid var(--line); }
.console .table { position: relative; margin: 0.8rem 0; }
.table form, .table small:empty { display: contents; }
.console th, .console td { min-inline-size: 0; padding: 0.5em 0.8em; }
.console .table small { color: var(--soft); }

.console .top { display: flex; align-items: center; gap: 0.3rem 1.5rem; padding: 0 var(--gutter); background: var(--surface); border-bottom: 1px solid var(--line); }
.top .brand { margin: 0; font-weight: 650; white-space: nowrap; }
.top .brand::before { content: ""; display: inline-block; inline-size: 0.8em; block-size: 0.8em; margin-inline-end: 0.5em; background: var(--accent); border-radius: 50% 50% 50% 3px; }
.top nav { flex: 1; overflow-x: auto; }
.top nav ul { display: flex; }
.top nav a { display: block; padding: 0.85rem 0.8rem 0.75rem; color: var(--soft); font-weight: 500; text-decoration: none; white-space: nowrap; border-bottom: 3px solid transparent; }
.top nav a:hover { color: var(--ink); }
.top nav a[aria-current] { color: var(--accent-strong); border-color: var(--accent); }
.top nav a:focus-visible { outline-offset: -3px; }
.top .languages { margin: 0 0 0 auto; padding-block: 0.6rem; }
.account { position: relative; margin-inline-start: auto; }
.account summary { display: flex; align-items: center; gap: 0.5rem; padding: 0.4rem 0.2rem; list-style: none; }
.account summary::-webkit-details-marker { display: none; }
.account summary::after { content: ""; inline-size: 0.45em; block-size: 0.45em; margin: -0.2em 0.2em 0; border: solid var(--soft); border-width: 0 2px 2px 0; transform: rotate(45deg); }
.account .who { max-inline-size: 12em; overflow: hidden; font-weight: 600; text-overflow: ellipsis; white-space: nowrap; }
.account .role { padding: 0.05em 0.6em; color: var(--soft); font-size: 0.82rem; white-space: nowrap; background: var(--sunken); border-radius: 1em; }
.account .menu { position: absolute; inset: 100% 0 auto auto; z-index: 6; display: grid; gap: 0.5rem; min-inline-size: 14rem; padding: 0.9rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; box-shadow: 0 8px 24px rgb(0 0 0 / 18%); }
.account form { display: grid; gap: 0.5rem; white-space: nowrap; }
.account .languages { margin: 0; text-align: center; }
.account button { inline-size: 100%; }

.sign-in { max-inline-size: 25rem; margin: 12vh auto 0; }
.console .sign-in form { display: grid; gap: 1rem; }
.console .sign-in button { inline-size: 100%; min-block-size: 2.75rem; }

${pageStyles}
.toast { position: fixed; inset: auto 50% 1.5rem auto; z-index: 9; max-inline-size: 90vw; padding: 0.6rem 1.1rem; color: var(--ground); background: var(--ink); border-radius: 10px; transform: translateX(50%); }
.toast:empty { padding: 0; }
.keys { max-inline-size: 24rem; padding: 1.4rem; color: inherit; background: var(--surface); border: 1px solid var(--line); border-radius: 14px; }
.keys::backdrop { background: rgb(0 0 0 / 45%); }
.keys dl div { display: flex; gap: 1rem; justify-content: space-between; padding-block: 0.3rem; border-bottom: 1px solid var(--line); }
.keys .check { margin-block: 1rem; }

@media (max-width: 56rem) {
  .leads > li { grid-template-columns: 6.6rem 1fr 1fr 6rem; }
  .leads > li > div:nth-of-type(3) { display: flex; grid-column: 2 / 4; gap: 0.8rem; }
}
@media (max-width: 40rem) {
  .console button, .console .button, .console select, .console input:where(:not([type="checkbox"], [type="radio"], [type="hidden"])), .tabs a, .filters summary, .tools a, .crumb a, .account summary, .languages a, .correction summary, .console .check { min-block-size: 2.75rem; }
  .languages a, .tools a, .crumb a { display: inline-flex; align-items: center; }
  .console input:where(:not([type="checkbox"], [type="radio"], [type="hidden"])), .console select { font-size: 1rem; }
  .console .top { flex-wrap: wrap; gap: 0 1rem; padding-block-start: 0.3rem; }
  .top nav { order: 3; flex-basis: 100%; margin-inline: -0.8rem; }
  .account .role { display: none; }
  /* Only the tabs stay when the page is scrolled: they are the bar's last line there. */
  .bar:has(.tabs) { inset-block-start: -6.9rem; gap: 0.4rem 0.8rem; }
  .bar .tabs { order: 5; flex-basis: 100%; overflow: hidden; }
  .console .finder { order: 2; flex-basis: 100%; max-inline-size: none; }
  .filters { order: 3; margin-inline-end: auto; }
  .tools { order: 4; }
  .filters form { inset-inline: 0 auto; }
  .leads { display: grid; gap: 0.7rem; padding-block-start: 0.8rem; }
  .leads > li { grid-template-columns: 1fr auto; gap: 0.45rem 0.8rem; padding: 0.85rem 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
  .leads > li > div { grid-column: 1 / -1; }
  .leads > li > div:nth-of-type(1) { order: 1; }
  .leads > li > div:nth-of-type(2) { display: flex; flex-wrap: wrap; order: 2; gap: 0 1rem; }
  .leads > li > div:nth-of-type(3) { display: flex; grid-column: 1 / -1; order: 3; gap: 1rem; justify-content: space-between; font-size: 0.88rem; }
  .leads .name { font-size: 1.05rem; }
  .stack thead { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack :is(table, tbody) { display: block; }
  .stack tr { display: grid; grid-template-columns: 1fr 1fr; gap: 0.3rem 1rem; padding: 0.7rem 0.9rem; }
  .stack tr + tr { border-top: 1px solid var(--line); }
  .console .stack td { padding: 0; border: 0; overflow-wrap: anywhere; }
  .stack time { white-space: normal; }
  .values button { min-inline-size: 4rem; }
  .work fieldset, .reveal fieldset { display: grid; grid-template-columns: 1fr 1fr; inline-size: 100%; }
  .work, .work form { inline-size: 100%; }
  .work form:has(select) label { flex: 1; }
  .console form .go .button, .console form .go button { inline-size: auto; flex: 1; }
  .console .finder button, .work form:has(select) button { inline-size: auto; }
  .console legend { grid-column: 1 / -1; }
  .row label { flex: 1 1 100%; }
}
@media (hover: none), (max-width: 40rem) {
  .work kbd, .console [data-help] { display: none; }
}
@media (forced-colors: active) {
  .chip, .tabs a[aria-current], .console button.chip[aria-pressed="true"] { border: 1px solid; }
  .key, .console svg rect, .chip::before { forced-color-adjust: none; }
}
`;
