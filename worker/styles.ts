/** The stylesheet of the product's own pages: documents, plain forms, thanks, problems; the demo site builds on it. */
export const styles = `:root {
  color-scheme: light dark;
  --ground: #fbfcfc;
  --surface: #ffffff;
  --sunken: #f0f4f4;
  --ink: #16232a;
  --soft: #51626a;
  --line: #d8e0e1;
  --edge: #72838a;
  --accent: #0b6a62;
  --accent-strong: #084f49;
  --on-accent: #ffffff;
  --alarm: #b3261e;
  --alarm-ground: #fdf1f0;
  --radius: 10px;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10171b;
    --surface: #172025;
    --sunken: #1c272c;
    --ink: #e9eff0;
    --soft: #a9b8bd;
    --line: #2e3b41;
    --edge: #82949b;
    --accent: #74d3c4;
    --accent-strong: #9be3d7;
    --on-accent: #06302c;
    --alarm: #ffb4ab;
    --alarm-ground: #33201f;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html {
  font: 100%/1.65 var(--font);
  color: var(--ink);
  background: var(--ground);
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
  text-autospace: normal;
}
html:lang(zh) { line-height: 1.8; line-break: strict; }
body { margin: 0; overflow-wrap: break-word; }
main { max-inline-size: 46rem; margin-inline: auto; padding: 1.5rem clamp(1.25rem, 5vw, 2rem) 5rem; }
main.narrow { max-inline-size: 40rem; padding-block-start: 0.5rem; }
h1, h2, h3, h4 { margin: 2.2em 0 0.7em; line-height: 1.35; font-weight: 650; text-wrap: balance; scroll-margin-top: 1.5rem; }
h1 { margin-top: 0.8em; font-size: clamp(1.75rem, 1.3rem + 2vw, 2.4rem); letter-spacing: -0.01em; }
h2 { font-size: 1.35rem; }
h3 { font-size: 1.1rem; }
h4 { font-size: 1rem; }
h1:lang(zh), h2:lang(zh) { letter-spacing: 0.01em; word-break: keep-all; }
p, ul, ol, dl, blockquote, pre, .table, figure { margin: 0 0 1.1em; }
ul, ol { padding-inline-start: 1.5em; }
li { margin-block: 0.35em; }
p, li, td { text-wrap: pretty; }
li::marker { color: var(--soft); }
li > ul, li > ol { margin-block: 0.35em; }
blockquote { margin-inline: 0; padding: 0.2em 0 0.2em 1.1em; color: var(--soft); border-inline-start: 3px solid var(--line); }
blockquote > :last-child { margin-bottom: 0; }
hr { margin: 2.5em 0; border: 0; border-top: 1px solid var(--line); }
strong { font-weight: 650; }
em:lang(zh) { font-style: normal; text-emphasis: filled dot; text-emphasis-position: under right; }
small, .note { color: var(--soft); font-size: 0.9rem; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.2em; }
a:hover { color: var(--accent-strong); text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 3px; }
code, pre, kbd, .code { font-family: var(--mono); font-size: 0.92em; }
code { padding: 0.1em 0.35em; background: var(--sunken); border-radius: 5px; }
pre { padding: 1em 1.2em; overflow: auto; background: var(--sunken); border-radius: var(--radius); }
pre code { padding: 0; background: none; }
img, svg { max-inline-size: 100%; }
.table { overflow-x: auto; border: 1px solid var(--line); border-radius: var(--radius); }
table { inline-size: 100%; border-collapse: collapse; font-size: 0.94rem; line-height: 1.55; }
th, td { min-inline-size: 6em; padding: 0.7em 1em; text-align: start; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; background: var(--sunken); font-weight: 600; }
.facts {
  display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.25rem 1.5rem;
  max-inline-size: 46rem; margin-inline: auto; padding: 1.25rem clamp(1.25rem, 5vw, 2rem) 0;
  color: var(--soft); font-size: 0.9rem;
}
.facts p { margin: 0; padding-block: 0.4rem; }
time { white-space: nowrap; }
.facts nav { display: flex; gap: 1.25rem; margin-inline-start: auto; }
.facts:has(+ .narrow) { max-inline-size: 40rem; }
.facts nav a { padding-block: 0.4rem; }
.card { padding: clamp(1.25rem, 4vw, 2rem); background: var(--surface); border: 1px solid var(--line); border-radius: calc(var(--radius) * 1.6); }
form { display: grid; gap: 1.25rem; }
fieldset { display: grid; gap: 1.25rem; margin: 0; padding: 0; border: 0; }
label { font-weight: 600; }
.hint { display: block; color: var(--soft); font-size: 0.9rem; font-weight: 400; }
input:where(:not([type="checkbox"], [type="radio"], [type="hidden"])), select, textarea {
  display: block; inline-size: 100%; min-block-size: 3rem; margin-block-start: 0.35rem; padding: 0.5rem 0.9rem;
  color: var(--ink); font: inherit; font-size: 1rem; background: var(--surface); border: 1px solid var(--edge); border-radius: var(--radius);
}
input:focus-visible, select:focus-visible, textarea:focus-visible { border-color: var(--accent); outline-offset: 0; border-radius: var(--radius); }
[aria-invalid="true"] { border-color: var(--alarm); box-shadow: inset 0 0 0 1px var(--alarm); }
.check { display: flex; gap: 0.75rem; align-items: flex-start; font-weight: 400; cursor: pointer; }
.check input { flex: none; inline-size: 1.35rem; block-size: 1.35rem; margin: 0.2em 0 0; accent-color: var(--accent); }
.error { margin: 0.4rem 0 0; color: var(--alarm); font-size: 0.92rem; }
.notice { padding: 1em 1.25em; background: var(--sunken); border-inline-start: 4px solid var(--accent); border-radius: var(--radius); }
.notice.alarm { background: var(--alarm-ground); border-color: var(--alarm); }
.notice > :last-child { margin-bottom: 0; }
.notice > h2 { margin: 0 0 0.4em; font-size: 1.05rem; }
.notice ul { margin: 0; }
.notice.alarm a { color: inherit; }
.notice.alarm:focus { outline: 2px solid var(--alarm); outline-offset: 0; border-radius: var(--radius); }
form > .hint { margin: 0; }
.card > h1 { margin-top: 0.2em; }
.card > :last-child { margin-bottom: 0; }
.card + .note, .notice + form, form + .note { margin-block-start: 1.5rem; }
.code { font-family: var(--mono); letter-spacing: 0.04em; }
.receipt { display: block; padding: 0.9em 1.2em; font: 600 1.1rem/1.5 var(--mono); overflow-wrap: anywhere; user-select: all; border: 1px dashed var(--edge); border-radius: var(--radius); }
button, .button {
  display: inline-flex; align-items: center; justify-content: center; gap: 0.5em; justify-self: start;
  min-block-size: 3rem; padding: 0.6rem 1.6rem; color: var(--on-accent); font: inherit; font-weight: 600; text-decoration: none;
  background: var(--accent); border: 1px solid transparent; border-radius: var(--radius); cursor: pointer;
}
button:hover, .button:hover { color: var(--on-accent); background: var(--accent-strong); }
button.quiet, .button.quiet { color: var(--ink); background: transparent; border-color: var(--edge); }
button.quiet:hover, .button.quiet:hover { color: var(--accent-strong); background: var(--sunken); }
button:focus-visible, .button:focus-visible { border-radius: var(--radius); }
/* Off the page, yet reachable by the programs that the trap is for. */
.trap { position: absolute; inset-inline-start: -9999px; }
.skip { position: absolute; inset: 0 auto auto 0; z-index: 10; padding: 0.75rem 1.25rem; background: var(--surface); transform: translateY(-110%); }
.skip:focus { transform: none; }
.hidden { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: no-preference) {
  a, button, .button { transition: color 0.15s, background-color 0.15s; }
}
@media (max-width: 30rem) {
  form button, form .button { inline-size: 100%; }
}
@media (forced-colors: active) {
  button, .button { border-color: ButtonText; }
}
@media print {
  :root { color-scheme: light; --ground: #fff; --surface: #fff; --sunken: #fff; --ink: #000; --soft: #333; --line: #999; --accent: #000; }
  html { font-size: 10.5pt; }
  main, .facts { max-inline-size: none; padding-inline: 0; }
  nav, .skip, form button { display: none; }
  h1, h2, h3, h4 { break-after: avoid; }
  tr, li, blockquote { break-inside: avoid; }
  .table { overflow: visible; }
}
`;
