import { findSections, listWords, readIndex } from './find.ts';

const input = document.querySelector('#q');
const told = document.querySelector('#told');
const found = document.querySelector('#found');
const all = document.querySelector('#all');

/** Reads the index that the page has loaded. It is missing where the file did not come, or came in part. */
function openIndex() {
  try {
    return readIndex(window.docsIndex);
  } catch {
    return undefined;
  }
}

const index = openIndex();

function show() {
  const query = input.value.trim();
  const entries = query && index ? findSections(index, query) : [];
  told.textContent = describe(query, entries);
  found.replaceChildren(...entries.map(entry => draw(entry, query)));
  all.hidden = entries.length > 0;
}

function describe(query, entries) {
  if (!index) return 'The search has not loaded. Every heading is listed below; a reload may help.';
  if (!query) return '';
  if (entries.length === 0) return `Nothing is found for “${query}”. Every heading is listed below.`;
  return entries.length === 1 ? 'One section is found.' : `${entries.length} sections are found.`;
}

function draw({ address, page, heading, text }, query) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = address;
  link.textContent = heading;
  const place = document.createElement('small');
  place.textContent = heading === page ? '' : page;
  const words = document.createElement('p');
  words.append(...mark(cut(text, query), query));
  item.append(link, ' ', place, words);
  return item;
}

/** The words of a query as a pattern that finds where one of them begins. */
function patternOf(query) {
  const any = listWords(query)
    .map(word => word.replace(/[$+<=>^`|~]/g, '\\$&'))
    .join('|');
  return new RegExp(`(?<![\\p{L}\\p{N}])(${any || '(?!)'})`, 'iu');
}

/** Cuts the part of a text in which the query stands. */
function cut(text, query, length = 200) {
  const at = Math.max(0, text.search(patternOf(query)));
  const start = at < length / 2 ? 0 : text.indexOf(' ', at - length / 3) + 1;
  const end = start + length < text.length ? text.lastIndexOf(' ', start + length) : text.length;
  return (start > 0 ? '… ' : '') + text.slice(start, Math.max(end, at + 1)) + (end < text.length ? ' …' : '');
}

function mark(text, query) {
  return text.split(patternOf(query)).map((part, place) => {
    if (place % 2 === 0) return part;
    const marked = document.createElement('mark');
    marked.textContent = part;
    return marked;
  });
}

input.value = new URLSearchParams(location.search).get('q') ?? '';
input.addEventListener('input', show);
input.form.addEventListener('submit', event => {
  event.preventDefault();
  history.replaceState(null, '', `?q=${encodeURIComponent(input.value)}`);
  show();
});
show();
