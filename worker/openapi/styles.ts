/** What `/docs` looks like beyond the pages' own styles. */
export const docs_styles = `.docs { --get: #0b6a62; --post: #1d5fa8; --patch: #8a5a00; --delete: #b3261e; }
@media (prefers-color-scheme: dark) {
  .docs { --get: #74d3c4; --post: #9cc6ff; --patch: #f0c274; --delete: #ffb4ab; }
}
html { scroll-padding-block-start: 4.5rem; }
.bar {
  position: sticky; inset-block-start: 0; z-index: 5; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1.5rem;
  padding: 0.6rem clamp(1.25rem, 3vw, 2rem); background: var(--surface); border-block-end: 1px solid var(--line);
}
.bar p { margin: 0; font-weight: 650; }
.bar p a { color: inherit; text-decoration: none; }
.bar nav { display: flex; gap: 1.25rem; font-size: 0.9rem; }
.bar a { padding-block: 0.3rem; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr); max-inline-size: 80rem; margin-inline: auto; }
.docs main { inline-size: 100%; max-inline-size: 52rem; margin: 0; }
.contents { order: 1; padding: 0 clamp(1.25rem, 5vw, 2rem) 4rem; font-size: 0.9rem; }
.docs main { padding-block-end: 3rem; }
.contents h2 { margin: 1.2em 0 0.3em; font-size: 0.9rem; }
.contents h2 a { color: var(--ink); text-decoration: none; }
.contents ul { margin: 0; padding: 0; list-style: none; }
.contents li { margin: 0; }
.contents li a { display: flex; gap: 0.6em; align-items: baseline; padding-block: 0.3rem; color: var(--soft); text-decoration: none; line-height: 1.4; }
.contents a:hover { color: var(--accent-strong); text-decoration: underline; }
.contents code { padding: 0; background: none; overflow-wrap: anywhere; }
.contents .method { flex: none; inline-size: 3.9em; }
.method { color: var(--get); font: 650 0.78em/1 var(--mono); letter-spacing: 0.02em; }
.method.post { color: var(--post); }
.method.patch { color: var(--patch); }
.method.delete { color: var(--delete); }
.group > h2 { margin-block-start: 3em; padding-block-end: 0.4em; font-size: 1.5rem; border-block-end: 2px solid var(--line); }
.operation { margin-block: 1.75rem; padding: clamp(1rem, 3vw, 1.75rem); background: var(--surface); border: 1px solid var(--line); border-radius: calc(var(--radius) * 1.4); }
.operation > :last-child, .answer > :last-child, .operation td > :last-child { margin-block-end: 0; }
.operation h3 { margin: 0 0 0.4em; font-size: 1.05rem; }
.operation h3 a { color: inherit; text-decoration: none; }
.operation h3 a:hover { text-decoration: underline; }
.operation h3 code { padding: 0; background: none; font-size: 1em; overflow-wrap: anywhere; }
.operation h3 .method { margin-inline-end: 0.4em; font-size: 0.85em; }
.operation h4 { margin: 1.8em 0 0.6em; font-size: 0.95rem; }
.operation h4 small { margin-inline-start: 0.5em; font-weight: 400; }
.summary { margin-block-end: 0.2em; font-weight: 600; }
.needs { color: var(--soft); font-size: 0.9rem; }
.docs pre { font-size: 0.86rem; line-height: 1.6; }
.remark { color: var(--soft); }
.fields table { font-size: 0.9rem; }
.fields tr:first-child > * { border-block-start: 0; }
.fields th { inline-size: 30%; min-inline-size: 9em; font-weight: 400; }
.fields th code { overflow-wrap: anywhere; }
.fields small { display: block; color: var(--soft); }
.fields td small { display: inline; }
.fields td p { margin: 0.25em 0 0; }
.fields .type { color: var(--soft); font-size: 0.92em; }
.fields .example { color: var(--soft); font-size: 0.92em; overflow-wrap: anywhere; }
.answer { margin-block-end: 1.2em; }
.answer p { margin-block-end: 0.5em; }
.answer .type { font-size: 0.92rem; }
.headers { padding: 0; list-style: none; font-size: 0.9rem; }
.status { font: 650 0.85em/1 var(--mono); }
.status.good { padding: 0.25em 0.5em; color: var(--on-accent); background: var(--accent); border-radius: 5px; }
.problems { display: flex; flex-wrap: wrap; gap: 0.5rem; padding: 0; list-style: none; font-size: 0.88rem; }
.problems li { margin: 0; }
.problems a { display: block; padding: 0.3rem 0.7rem; color: var(--ink); text-decoration: none; border: 1px solid var(--line); border-radius: 999px; }
.problems a:hover { border-color: var(--accent); color: var(--accent-strong); }
.problems .status { color: var(--alarm); }
.docs details summary { inline-size: fit-content; color: var(--accent); cursor: pointer; padding-block: 0.3rem; font-size: 0.92rem; }
:target { scroll-margin-block-start: 4.5rem; }
.operation:has(:target) { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
@media (min-width: 64rem) {
  .columns { grid-template-columns: 19rem minmax(0, 1fr); gap: 1rem; }
  .contents { position: sticky; inset-block-start: 3.2rem; max-block-size: calc(100vh - 3.2rem); overflow-y: auto; padding-block-end: 3rem; border-inline-end: 1px solid var(--line); }
  .contents { order: 0; padding-block-start: 0.5rem; padding-inline: 2rem 1rem; }
  .narrow-only { display: none; }
}
@media (max-width: 30rem) {
  .wide-only { display: none; }
}
@media print {
  .bar, .contents { display: none; }
  .columns { display: block; }
}
`;
