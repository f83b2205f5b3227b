/** The console's own stylesheet, over that of the product's pages: dense, calm, the same colours. */
export const consoleStyles = `:root {
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
.console > main { flex: 1; inline-size: 100%; max-inline-size: 76rem; padding: 0 clamp(0.9rem, 3vw, 2rem) 3rem; }
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
.console .table { margin: 0.8rem 0; }
.console th, .console td { min-inline-size: 0; padding: 0.5em 0.8em; }
.console .table small { color: var(--soft); }

.console .top { display: flex; align-items: center; gap: 0.3rem 1.5rem; padding: 0 clamp(0.9rem, 3vw, 2rem); background: var(--surface); border-bottom: 1px solid var(--line); }
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
.account form { display: grid; gap: 0.5rem; }
.account .languages { margin: 0; text-align: center; }
.account button { inline-size: 100%; }

.sign-in { max-inline-size: 25rem; margin: 12vh auto 0; }
.console .sign-in form { display: grid; gap: 1rem; }
.console .sign-in button { inline-size: 100%; min-block-size: 2.75rem; }

.bar { position: sticky; inset-block-start: 0; z-index: 4; display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.9rem; margin-inline: calc(-1 * clamp(0.9rem, 3vw, 2rem)); padding: 0.6rem clamp(0.9rem, 3vw, 2rem); background: var(--ground); border-bottom: 1px solid var(--line); }
.tabs ul { display: flex; gap: 0.25rem; overflow-x: auto; }
.tabs a { display: flex; align-items: center; min-block-size: 2.25rem; padding: 0.2rem 0.75rem; color: var(--ink); text-decoration: none; white-space: nowrap; border: 1px solid transparent; border-radius: 8px; }
.tabs a:hover { background: var(--sunken); }
.tabs a:focus-visible { outline-offset: -3px; }
.tabs a[aria-current] { color: var(--accent-strong); font-weight: 600; background: var(--surface); border-color: var(--edge); }
.tabs li:nth-child(6) { margin-inline-start: 0.5rem; padding-inline-start: 0.7rem; border-inline-start: 1px solid var(--line); }
.console .finder { display: flex; flex: 1 1 14rem; gap: 0.4rem; max-inline-size: 24rem; margin-inline-start: auto; }
.finder label { flex: 1; }
.console .finder input { margin: 0; }
.filters { position: relative; }
.filters summary { display: flex; align-items: center; gap: 0.4em; min-block-size: 2.25rem; padding: 0 0.3rem; font-weight: 500; }
.filters summary::before { content: ""; inline-size: 1em; block-size: 0.7em; border: solid var(--soft); border-width: 2px 0; background: linear-gradient(var(--soft), var(--soft)) center / 60% 2px no-repeat; }
.filters b { min-inline-size: 1.4em; color: var(--on-accent); font-size: 0.8rem; text-align: center; background: var(--accent); border-radius: 1em; }
.filters form { position: absolute; inset: 100% 0 auto auto; z-index: 5; inline-size: min(34rem, calc(100vw - 2rem)); padding: 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; box-shadow: 0 8px 24px rgb(0 0 0 / 18%); }
.console .filters form { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.8rem; }
.filters .go { grid-column: 1 / -1; }
.console .go { display: flex; flex-wrap: wrap; gap: 0.9rem; align-items: center; margin: 0; }
.tools { display: flex; gap: 1rem; margin: 0; font-size: 0.88rem; }
.tools a { padding-block: 0.4rem; }
.js .tools [data-refresh] { display: none; }

.chip { display: inline-flex; gap: 0.45em; align-items: center; padding: 0.1em 0.7em 0.1em 0.55em; color: var(--ink); font-size: 0.85rem; font-weight: 500; white-space: nowrap; background: var(--sunken); border-radius: 1em; }
.chip::before { content: ""; flex: none; inline-size: 0.62em; block-size: 0.62em; border: 2px solid var(--c); }
.new { --c: var(--new); } .contacted { --c: var(--contacted); } .qualified { --c: var(--qualified); } .closed { --c: var(--closed); }
.chip.new::before { background: var(--c); border-radius: 50%; }
.chip.contacted::before { background: linear-gradient(90deg, var(--c) 50%, transparent 50%); border-radius: 50%; }
.chip.qualified::before { background: var(--c); transform: rotate(45deg); }
.chip.closed::before { border-radius: 50%; }
.chip.closed { color: var(--soft); }

.leads > li { position: relative; display: grid; grid-template-columns: 6.6rem minmax(11rem, 1.5fr) minmax(11rem, 1.3fr) minmax(7rem, 0.9fr) 6.5rem; gap: 0.2rem 1rem; align-items: center; padding: 0.5rem 0.4rem; border-bottom: 1px solid var(--line); }
.leads > li:hover { background: var(--sunken); }
.leads > li:focus-within { background: var(--sunken); outline: 2px solid var(--accent); outline-offset: -2px; border-radius: 8px; }
.leads .name { color: var(--ink); font-weight: 600; text-decoration: none; }
.leads .name:focus-visible { outline: 0; }
.leads .name::after { content: ""; position: absolute; inset: 0; }
.leads .chip { justify-self: start; }
.leads div { display: grid; min-inline-size: 0; }
.leads div > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.leads .company, .leads .email, .leads .to { color: var(--soft); font-size: 0.86rem; }
.leads .phone { font-variant-numeric: tabular-nums; }
.leads .ago { color: var(--soft); font-size: 0.86rem; text-align: end; }
.leads .arrived { background: color-mix(in srgb, var(--accent) 9%, transparent); box-shadow: inset 3px 0 var(--accent); }
.pages { display: flex; gap: 0.8rem; justify-content: center; padding-block: 1.2rem; }
.console h1.found { font-size: 1.1rem; }
.empty { max-inline-size: 30rem; margin: 3.5rem auto; color: var(--soft); text-align: center; }
.console .empty h2 { color: var(--ink); font-size: 1.15rem; }
.console .empty li { margin-block: 0.5rem; }

.crumb { margin: 0.9rem 0; }
.console .lead { margin-block-end: 1rem; }
.console .lead h1 { margin: 0; font-size: 1.35rem; }
.lead header p { margin: 0.15rem 0; }
.lead .meta { display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; align-items: center; color: var(--soft); font-size: 0.88rem; }
.lead .meta b { color: var(--ink); font-weight: 600; }
.console .values { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 0.7rem 1.5rem; margin-block: 1rem; padding-block: 1rem; border-block: 1px solid var(--line); }
.console dt { color: var(--soft); font-size: 0.82rem; }
.values dd { display: flex; flex-wrap: wrap; gap: 0.2rem 0.7rem; align-items: center; min-block-size: 2rem; font-size: 1.05rem; overflow-wrap: anywhere; }
.values button { min-block-size: 1.8rem; padding: 0.1rem 0.6rem; font-size: 0.82rem; }
.console fieldset { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0; padding: 0; border: 0; }
.console legend { margin-block-end: 0.4rem; padding: 0; font-size: 0.9rem; font-weight: 600; }
.reveal { margin-block-end: 0.4rem; }
.work { display: flex; flex-wrap: wrap; gap: 0.9rem 2rem; align-items: flex-end; margin-block-start: 1rem; padding-block-start: 1rem; border-top: 1px solid var(--line); }
.work form:has(select) { display: flex; gap: 0.5rem; align-items: flex-end; }
.console button.chip { padding: 0.3rem 0.8rem; color: var(--ink); background: transparent; border-color: var(--edge); }
.console button.chip:hover { background: var(--sunken); }
.console button.chip[aria-pressed="true"] { font-weight: 650; background: var(--sunken); border-color: var(--c); box-shadow: inset 0 0 0 1px var(--c); }
html:not(.js) .work kbd { display: none; }
.facts-grid, .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem; align-items: start; }
.facts-grid .wide, .cards .wide { grid-column: 1 / -1; }
.facts-grid dl { display: grid; gap: 0.5rem; }
.facts-grid code { padding: 0; font-size: 0.8rem; overflow-wrap: anywhere; background: none; }
.earlier { display: grid; gap: 0.4rem; }
.correction { margin-block: 1rem; }
.correction summary { font-weight: 600; }
.correction .hint { margin-block: 0.6rem; }
.correction .inputs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 0.8rem; margin-block-end: 1rem; }
.danger { text-align: end; }
.danger a, .danger a:hover { color: var(--alarm); border-color: var(--alarm); }
.console .choices { display: grid; gap: 0.3rem; margin-block: 1rem; }
.console ul.notice { padding-inline-start: 2em; list-style: disc; }
.console .row { display: flex; flex-wrap: wrap; gap: 0.8rem; align-items: flex-end; margin-block: 1rem; }
.row label { flex: 0 1 15rem; }

.cards { margin-block-start: 1rem; }
.console .chart { margin: 0; }
.console .legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; margin-block-end: 0.7rem; font-size: 0.88rem; }
.key { display: inline-block; inline-size: 0.75em; block-size: 0.75em; margin-inline-end: 0.5em; background: var(--c); border-radius: 2px; }
.s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); } .s3 { --c: var(--s3); }
.console svg rect { fill: var(--c); }
.console svg .hit { fill: transparent; }
.console svg g:hover .hit { fill: var(--ink); opacity: 0.08; }
.console svg .rest { fill: var(--sunken); }
.plot { position: relative; }
.plot svg { display: block; inline-size: 100%; block-size: 9.5rem; background: linear-gradient(var(--line), var(--line)) top / 100% 1px no-repeat, linear-gradient(var(--line), var(--line)) center / 100% 1px no-repeat; border-bottom: 1px solid var(--edge); }
.most { position: absolute; inset: -1.35em 0 auto auto; color: var(--soft); font-size: 0.8rem; }
.ends { display: flex; justify-content: space-between; margin: 0.2rem 0 0.7rem; color: var(--soft); font-size: 0.82rem; }
.funnel { display: grid; gap: 0.7rem; }
.funnel li { display: grid; grid-template-columns: 1fr auto 3.2em; gap: 0.1rem 0.6rem; align-items: baseline; }
.funnel small { color: var(--soft); text-align: end; }
.funnel svg { grid-column: 1 / -1; inline-size: 100%; block-size: 0.7rem; border-radius: 4px; }
.figure { margin: 0; font-size: 1.9rem; font-weight: 650; }

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
  .bar { gap: 0.4rem 0.8rem; }
  .tabs { flex-basis: 100%; overflow: hidden; }
  .console .finder { order: 2; flex-basis: 100%; max-inline-size: none; }
  .filters { order: 3; margin-inline-end: auto; }
  .tools { order: 4; }
  .filters form { inset-inline: 0 auto; }
  .leads { display: grid; gap: 0.7rem; padding-block-start: 0.8rem; }
  .leads > li { grid-template-columns: 1fr auto; gap: 0.45rem 0.8rem; padding: 0.85rem 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
  .leads > li > div { grid-column: 1 / -1; }
  .leads > li > div:nth-of-type(1) { order: 1; }
  .leads > li > div:nth-of-type(2) { display: flex; flex-wrap: wrap; order: 2; gap: 0 1rem; }
  .leads > li > div:nth-of-type(3) { display: flex; order: 3; gap: 1rem; justify-content: space-between; font-size: 0.88rem; }
  .leads .name { font-size: 1.05rem; }
  .values button { min-inline-size: 4rem; }
  .work fieldset, .reveal fieldset { display: grid; grid-template-columns: 1fr 1fr; inline-size: 100%; }
  .work, .work form { inline-size: 100%; }
  .work form:has(select) label { flex: 1; }
  .console form .go .button, .console form .go button { inline-size: auto; flex: 1; }
  .console .finder button, .work form:has(select) button { inline-size: auto; }
  .console legend { grid-column: 1 / -1; }
  .row label { flex: 1 1 100%; }
}
@media (hover: none) {
  .work kbd, .console [data-help] { display: none; }
}
@media (forced-colors: active) {
  .chip, .tabs a[aria-current], .console button.chip[aria-pressed="true"] { border: 1px solid; }
  .key, .console svg rect, .chip::before { forced-color-adjust: none; }
}
`;
