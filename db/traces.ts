/** A value that was found, and the first byte of the place. */
interface Trace {
  value: string;
  at: number;
}

/** Looks for many values at once in the bytes of a file. */
export interface Search {
  /** Returns a trace of each value that is found, whichever of its spellings was met first. */
  find(bytes: Uint8Array): Trace[];
  /** Length of the longest spelling: pieces of a file must overlap by one byte less. */
  longest_bytes: number;
}

/** Bytes from which a spelling is looked for. Because a shorter one is found by chance, it says nothing. */
const least_bytes = 6;

/** Bytes of a spelling that are looked up, and the bits of the filter before the lookup. */
const window_bytes = 4;
const filter_bits = 22;

/** Bits of the hash whose spellings stand in one list. There are as many lists as spellings, so most are short. */
const list_bits = 16;

/**
 * Creates a search for values in any spelling in which a program may have stored them: UTF-8 and UTF-16, each as it is,
 * in hexadecimal digits and in base64 and base64url at the three offsets, and as in an address. The bytes are read once,
 * however many values there are.
 *
 * @param values Such as names and numbers of people. What is too short in every spelling is not found.
 * @param write Returns the spellings of a value, where not all are looked for.
 */
export function createSearch(values: Iterable<string>, write = spell): Search {
  const search = openSearch(write);
  for (const value of values) search.add(value);
  return search;
}

/**
 * Opens a search without values, which are added one by one. Because a thousand take a tenth of a second, whoever shares
 * its thread lets others have their turn between.
 */
export function openSearch(write = spell): Search & { add(value: string): void } {
  const spellings = collectSpellings();
  const filter = new Uint8Array(2 ** (filter_bits - 3));
  const added = new Set<string>();
  const values: string[] = [];
  let longest_bytes = 0;

  return {
    get longest_bytes() {
      return longest_bytes;
    },
    add(value) {
      if (added.has(value)) return;
      added.add(value);
      for (const bytes of write(value)) {
        const { window, offset } = chooseWindow(bytes, spellings.countShared);
        const place = hash(window, filter_bits);
        filter[place >>> 3]! |= 1 << (place & 7);
        spellings.add(bytes, { window, offset, value: values.length });
        longest_bytes = Math.max(longest_bytes, bytes.length);
      }
      values.push(value);
    },
    find(bytes) {
      const found = new Map<number, number>();
      let window = 0;
      for (let end = 0; end < bytes.length; end++) {
        window = (window << 8) | bytes[end]!;
        const place = hash(window, filter_bits);
        if ((filter[place >>> 3]! & (1 << (place & 7))) !== 0)
          spellings.note(bytes, end + 1 - window_bytes, window, found);
      }
      return [...found].map(([value, at]) => ({ value: values[value]!, at }));
    },
  };
}

/** A spelling without its bytes: its window as a number, where in the bytes that begins, and the number of the value. */
interface Spelling {
  window: number;
  offset: number;
  value: number;
}

/** Spellings by which the arrays grow, and bytes for each of them. */
const step = 2 ** 14;
const bytes_each = 8;

/**
 * Creates an empty collection of spellings. Because a thousand leads have 80,000, all bytes stand in one array, and each
 * fact of all spellings in another: objects would take three times the memory.
 */
function collectSpellings() {
  let bytes = new Uint8Array(bytes_each * step);
  const column = () => new Int32Array(step);
  /** The facts, with how many spellings up to this one have its window, and which one is before it in its list. */
  const facts = { window: column(), offset: column(), value: column(), end: column(), nth: column(), before: column() };
  const latest = new Int32Array(2 ** list_bits).fill(-1);
  let count = 0;

  /** Finds the latest spelling with a window, in its list from one on; -1 where there is none. */
  function seek(window: number, from = latest[hash(window, list_bits)]!): number {
    let at = from;
    while (at >= 0 && facts.window[at] !== window) at = facts.before[at]!;
    return at;
  }

  /** Counts the spellings whose window is this one. */
  function countShared(window: number): number {
    const at = seek(window);
    return at < 0 ? 0 : facts.nth[at]!;
  }

  function beginOf(at: number): number {
    return at === 0 ? 0 : facts.end[at - 1]!;
  }

  return {
    countShared,
    add(spelling: Uint8Array, { window, offset, value }: Spelling) {
      const place = hash(window, list_bits);
      const [at, begin] = [count, beginOf(count)];
      const end = begin + spelling.length;
      const row = { window, offset, value, end, nth: countShared(window) + 1, before: latest[place]! };
      if (end > bytes.length) bytes = enlarge(bytes, new Uint8Array(end + bytes_each * step));
      bytes.set(spelling, begin);
      for (const name of Object.keys(row) as (keyof typeof row)[]) {
        if (at === facts[name].length) facts[name] = enlarge(facts[name], new Int32Array(at + step));
        facts[name][at] = row[name];
      }
      latest[place] = at;
      count++;
    },
    /** Notes where those spellings begin whose window stands at a place of the bytes that are searched, each value once. */
    note(searched: Uint8Array, place: number, window: number, found: Map<number, number>) {
      for (let at = seek(window); at >= 0; at = seek(window, facts.before[at]!)) {
        const [value, begin] = [facts.value[at]!, place - facts.offset[at]!];
        if (found.has(value)) continue;
        if (standsAt(searched, begin, bytes, beginOf(at), facts.end[at]!)) found.set(value, begin);
      }
    },
  };
}

function enlarge<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Returns each way in which a value may be written, without those that are too short. */
function spell(value: string): Uint8Array[] {
  const wide = Buffer.from(value, 'utf16le');
  const encoded = [Buffer.from(value), wide, Buffer.from(wide).swap16()];
  const texts = encoded.flatMap(bytes => [
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...[0, 1, 2].flatMap(shift => writeBase64(bytes, shift)),
  ]);
  const address = encodeURIComponent(value);
  texts.push(
    address,
    address.replace(/%../g, code => code.toLowerCase()),
  );
  const all = new Map([...encoded, ...texts.map(text => Buffer.from(text))].map(one => [one.toString('latin1'), one]));
  return [...all.values()].filter(({ length }) => length >= least_bytes);
}

/** Returns the characters of base64 and base64url that bytes alone decide, where as many bytes as `shift` stand before. */
function writeBase64(bytes: Buffer, shift: number): string[] {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  const inner = text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
}

/** Returns the window of a spelling that the fewest others have: not the `+86` of all phones, say. */
function chooseWindow(bytes: Uint8Array, countShared: (window: number) => number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let best = { window: 0, offset: 0, shared: Number.POSITIVE_INFINITY };
  for (let offset = 0; offset <= bytes.length - window_bytes && best.shared > 0; offset++) {
    const window = view.getInt32(offset);
    const shared = countShared(window);
    if (shared < best.shared) best = { window, offset, shared };
  }
  return best;
}

function hash(window: number, bits: number): number {
  return Math.imul(window, 0x9e3779b1) >>> (32 - bits);
}

/** Returns whether the bytes of a spelling, from a begin to an end, stand at a place of those that are searched. */
function standsAt(searched: Uint8Array, at: number, bytes: Uint8Array, begin: number, end: number): boolean {
  if (at < 0 || at + end - begin > searched.length) return false;
  for (let n = begin; n < end; n++) if (searched[at + n - begin] !== bytes[n]) return false;
  return true;
}
