import MiniSearch, { type Options } from 'minisearch';

/** A section of a page, as the index holds it. */
export interface Entry {
  id: number;
  /** Address on the site, with the anchor. */
  address: string;
  page: string;
  heading: string;
  text: string;
}

/** Words that stand in nearly every section, and so find nothing. */
const idle = new Set('a an and are as at be by for from how i in is it its of on or that the this to with'.split(' '));

const options: Options<Entry> = {
  fields: ['heading', 'page', 'text'],
  storeFields: ['address', 'page', 'heading', 'text'],
  // A name such as BACKUP_DIR is a word, and so are its parts.
  tokenize: text => [...text.split(/[\s\p{P}]+/u), ...(text.match(/[\p{L}\p{N}]+(?:_[\p{L}\p{N}]+)+/gu) ?? [])],
  processTerm: term => (!term || idle.has(term.toLowerCase()) ? null : term.toLowerCase()),
  searchOptions: {
    prefix: term => term.length > 2,
    fuzzy: term => (term.length > 4 ? 0.2 : false),
    boost: { heading: 4, page: 2 },
    // The changelog names everything, and explains nothing.
    boostDocument: (_id, _term, entry) => (entry?.page === 'Changelog' ? 0.2 : 1),
  },
};

/** Lists the words of a query that the index can find. */
export const listWords = (query: string): string[] =>
  query.split(/[\s\p{P}]+/u).filter(word => word && !idle.has(word.toLowerCase()));

/** Writes the index of all sections, as the search page loads it. */
export function writeIndex(sections: Omit<Entry, 'id'>[]): string {
  const index = new MiniSearch(options);
  index.addAll(sections.map((section, id) => ({ id, ...section })));
  return JSON.stringify(index);
}

/** Reads an index. @throws Where the text is no index. */
export const readIndex = (text: string): MiniSearch<Entry> => MiniSearch.loadJSON(text, options);

/** Lists the sections that hold all the words, the best first; where there are none, those that hold some. */
export function findSections(index: MiniSearch<Entry>, query: string, limit = 20): Entry[] {
  const all = index.search(query, { combineWith: 'AND' });
  const found = all.length > 0 ? all : index.search(query);
  return found.slice(0, limit) as unknown as Entry[];
}
