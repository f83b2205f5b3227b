/** Styles of the demo site, loaded after the product's own. */
export const demoStyles = `:root {
  --lc-accent: var(--accent);
  --lc-on-accent: var(--on-accent);
  --lc-surface: var(--surface);
  --lc-ink: var(--ink);
  --lc-soft: var(--soft);
  --lc-line: var(--line);
  --lc-edge: var(--edge);
  --glow: #d9efec;
  --deep: #0d3b3a;
  --on-deep: #e8f5f3;
  scroll-padding-top: 5.5rem;
}
@media (prefers-color-scheme: dark) {
  :root { --glow: #163431; --deep: #0b2a2a; --on-deep: #d8ece9; }
}
.site main { max-inline-size: none; padding: 0; outline: none; }
.frame { max-inline-size: 72rem; margin-inline: auto; padding-inline: clamp(1.25rem, 4vw, 2.5rem); }
.top { position: sticky; top: 0; z-index: 5; background: var(--ground); border-bottom: 1px solid var(--line); }
.top .frame { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1.5rem; min-block-size: 4.25rem; }
.brand { display: inline-flex; align-items: center; gap: 0.65rem; min-block-size: 2.75rem; margin: 0; color: var(--ink); font-size: 1.15rem; font-weight: 650; text-decoration: none; }
.brand:hover { color: var(--ink); }
.mark { flex: none; }
.mark-ground { fill: var(--accent); }
.mark-eye { fill: var(--on-accent); }
.mark-line { fill: none; stroke: var(--on-accent); stroke-width: 1.8; stroke-linecap: round; }
.menu { flex: 1; }
.menu ul { display: flex; flex-wrap: wrap; gap: 0 0.25rem; margin: 0; padding: 0; list-style: none; }
.menu li { margin: 0; }
.menu a, .language { display: inline-flex; align-items: center; min-block-size: 2.75rem; padding-inline: 0.85rem; color: var(--soft); text-decoration: none; border-radius: var(--radius); }
.menu a:hover, .language:hover { color: var(--ink); background: var(--sunken); }
.menu [aria-current] { color: var(--ink); font-weight: 600; box-shadow: inset 0 -2px var(--accent); border-radius: 0; }
section { padding-block: clamp(3.5rem, 8vw, 6rem); }
section h2 { margin: 0 0 0.6em; font-size: clamp(1.5rem, 1.2rem + 1.4vw, 2.1rem); }
section h3 { margin: 0 0 0.4em; font-size: 1.1rem; }
section p:last-child { margin-bottom: 0; }
.lead { max-inline-size: 40rem; color: var(--soft); font-size: clamp(1.02rem, 0.98rem + 0.3vw, 1.18rem); text-wrap: pretty; }
.hero { padding-block: clamp(2.5rem, 6vw, 5rem); background: linear-gradient(180deg, var(--glow), var(--ground)); overflow: hidden; }
.hero .frame { display: grid; grid-template-columns: minmax(0, 1.05fr) minmax(0, 1fr); align-items: center; gap: clamp(1.5rem, 5vw, 4rem); }
.hero h1 { margin: 0 0 0.5em; font-size: clamp(2.2rem, 1.3rem + 3.8vw, 3.9rem); line-height: 1.16; letter-spacing: -0.02em; }
.hero h1:lang(zh) { letter-spacing: 0.02em; line-height: 1.25; }
.kicker { margin: 0 0 0.75rem; color: var(--accent); font-weight: 600; }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 2rem 0 0; }
.art { display: block; inline-size: 100%; block-size: auto; }
.art-scattered { stroke: var(--edge); stroke-width: 3; stroke-linecap: round; opacity: 0.4; }
.art-ring { fill: none; stroke: var(--accent); }
.art-ring-1 { opacity: 0.4; }
.art-ring-2 { opacity: 0.22; }
.art-ring-3 { opacity: 0.1; }
.art-lens { fill: var(--surface); stroke: var(--accent); stroke-width: 2.5; }
.art-ordered { stroke: var(--accent); stroke-width: 5; stroke-linecap: round; opacity: 0.5; }
.art-found { stroke: var(--accent); stroke-width: 13; stroke-linecap: round; }
.art-frame { fill: none; stroke: var(--ink); stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.art-cross { stroke: var(--accent); stroke-width: 2; stroke-linecap: round; }
.facts-row { padding-block: 0; }
.facts-row dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: 1.5rem 2rem; margin: 0; padding-block: 2rem; border-block: 1px solid var(--line); }
.facts-row dl > div { display: flex; flex-direction: column-reverse; }
.facts-row dt { color: var(--soft); }
.facts-row dd { margin: 0; font-size: 2.1rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; }
.cards, .rows, .doors, .steps, .checks { margin: 0; padding: 0; list-style: none; }
.cards li, .rows li, .doors li, .steps li { margin: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: 1.25rem; margin-block-start: 2rem; }
.cards li { padding: 1.6rem; background: var(--surface); border: 1px solid var(--line); border-radius: 16px; }
.cards li::before { content: ""; display: block; inline-size: 2rem; block-size: 3px; margin-block-end: 1.1rem; background: var(--accent); border-radius: 2px; }
.cards p, .rows p, .steps p, .door p { margin: 0; color: var(--soft); }
.sunken { background: var(--sunken); }
.rows { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 3rem; margin-block-start: 1.5rem; }
.rows li { padding-block: 1.25rem; border-block-start: 1px solid var(--line); }
.doors { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.25rem; margin-block-start: 2rem; }
.door { display: flex; flex-direction: column; block-size: 100%; padding: clamp(1.5rem, 4vw, 2.25rem); color: var(--ink); text-decoration: none; background: var(--surface); border: 1px solid var(--line); border-radius: 16px; }
.door:hover { color: var(--ink); border-color: var(--accent); }
.door h3 { font-size: 1.3rem; }
.more { margin-block-start: 1.5rem; color: var(--accent); font-weight: 600; }
.more::after { content: " →"; content: " →" / ""; }
.promise { color: var(--on-deep); background: var(--deep); }
.promise p { max-inline-size: 42rem; }
.promise a { display: inline-flex; align-items: center; min-block-size: 2.75rem; color: inherit; font-weight: 600; }
.promise :focus-visible { outline-color: var(--on-deep); }
.steps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); gap: 2rem; margin-block-start: 2rem; counter-reset: step; }
.steps li { counter-increment: step; }
.steps li::before { content: counter(step); display: grid; place-items: center; inline-size: 2.5rem; block-size: 2.5rem; margin-block-end: 1rem; color: var(--on-accent); font-weight: 650; background: var(--accent); border-radius: 50%; }
.inquiry { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 2rem clamp(2rem, 6vw, 5rem); align-items: start; }
.checks li { position: relative; padding-inline-start: 1.9rem; }
.checks li::before { content: ""; position: absolute; inset-block-start: 0.4em; inset-inline-start: 0.2em; inline-size: 0.45em; block-size: 0.85em; border: solid var(--accent); border-width: 0 2.5px 2.5px 0; transform: rotate(42deg); }
.bottom { padding-block: 3.5rem 2rem; background: var(--sunken); border-block-start: 1px solid var(--line); }
.bottom .frame { display: grid; grid-template-columns: 2fr 1fr 1fr; gap: 2rem; }
.bottom h2 { margin: 0 0 0.5rem; font-size: 0.95rem; }
.bottom ul { margin: 0; padding: 0; list-style: none; }
.bottom li { margin: 0; }
.bottom li a, .plain { display: inline-flex; justify-content: start; min-inline-size: 2.75rem; min-block-size: 2.75rem; align-items: center; padding: 0; color: var(--soft); font-weight: 400; text-decoration: none; background: none; border: 0; }
.bottom li a:hover, .plain:hover { color: var(--ink); background: none; text-decoration: underline; }
.about p { color: var(--soft); }
.about .brand { color: var(--ink); }
.small { grid-column: 1 / -1; padding-block-start: 1.5rem; color: var(--soft); font-size: 0.88rem; border-block-start: 1px solid var(--line); }
.small p { margin: 0; }
.visits::before { content: ""; display: inline-block; inline-size: 0.55em; block-size: 0.55em; margin-inline-end: 0.6em; background: var(--accent); border-radius: 50%; }
@media (max-width: 52rem) {
  .hero .frame, .inquiry { grid-template-columns: minmax(0, 1fr); }
  .hero .art { max-inline-size: 30rem; margin-inline: auto; }
}
@media (max-width: 40rem) {
  :root { scroll-padding-top: 1rem; }
  .top { position: static; }
  .top .frame { gap: 0 0.5rem; padding-block: 0.4rem; }
  .menu { order: 3; flex-basis: 100%; margin-inline: -0.85rem; }
  .language { margin-inline: auto -0.85rem; }
  .menu a { padding-inline: 0.85rem; }
  .bottom .frame { grid-template-columns: 1fr 1fr; }
  .about { grid-column: 1 / -1; }
  .actions .button { flex: 1 1 auto; }
}
@media (prefers-reduced-motion: no-preference) {
  html { scroll-behavior: smooth; }
  .door, .menu a, .language { transition: color 0.15s, background-color 0.15s, border-color 0.15s; }
}
@media print {
  .top, .bottom nav, .art, .actions { display: none; }
  section { padding-block: 1.5rem; }
  .promise { color: #000; background: none; }
}
`;
