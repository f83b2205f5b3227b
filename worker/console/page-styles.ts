/** The list, a lead, the overview: what stands in the frame that `styles.ts` draws. */
export const pageStyles = `.bar { position: sticky; inset-block-start: 0; z-index: 4; display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.9rem; margin-inline: calc(-1 * var(--gutter)); padding: 0.6rem var(--gutter); background: var(--ground); border-bottom: 1px solid var(--line); }
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
.leads + p { margin-block: 1.2rem; }
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
.facts-grid, .cards, .facts-grid > div { display: grid; gap: 1rem; align-items: start; }
.facts-grid *, .cards > * { min-inline-size: 0; }
.cards .wide { grid-column: 1 / -1; }
.facts-grid > div:only-child { grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
@media (min-width: 52rem) {
  .facts-grid:has(section + section, div + section) { grid-template-columns: 1fr 2fr; }
  .cards { grid-template-columns: 2fr 1fr; align-items: stretch; }
}
.facts-grid dl { display: grid; gap: 0.5rem; }
.facts-grid code { padding: 0; font-size: 0.8rem; overflow-wrap: anywhere; background: none; }
.earlier { display: grid; gap: 0.4rem; }
.correction { margin-block: 1rem; }
.correction summary { font-weight: 600; }
.console .correction { padding-block: 0.4rem; }
.correction[open] { padding-block-end: 1.1rem; }
.correction summary { padding-block: 0.6rem; }
.correction .hint { margin-block: 0.6rem; }
.correction .inputs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 0.8rem; margin-block-end: 1rem; }
.danger { text-align: end; }
.console form > .check { margin-block: 1rem; }
.receipt + button { margin-block-start: 0.6rem; }
.console .danger a { color: var(--alarm); border-color: var(--alarm); }
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
.figure { margin: 0; font-size: 1.9rem; font-weight: 650; }`;
