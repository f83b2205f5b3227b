/** A value that was found, and the first byte of the place. */
interface Trace {
  value: string;
  at: number;
}

/** Looks for many values at once in the bytes of a file. */
export interface Search {
  /** Returns the first trace of each value that is found. */
  find(bytes: Uint8Array): Trace[];
  /** Length of the longest spelling: pieces of a file must overlap by one byte less. */
  longest_bytes: number;
}

/** Bytes from which a spelling is looked for. Because a shorter one is found by chance, it says nothing. */
const least_bytes = 6;

/** Bytes of a spelling that are looked up, and the bits of the filter before the lookup. */
const window_bytes = 4;
const filter_bits = 22;

interface Spelling {
  value: string;
  bytes: Uint8Array;
  /** Where in the bytes the window begins. */
  offset: number;
}

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
  const spellings = new Map<number, Spelling[]>();
  const filter = new Uint8Array(2 ** (filter_bits - 3));
  const added = new Set<string>();
  let longest_bytes = 0;

  return {
    get longest_bytes() {
      return longest_bytes;
    },
    add(value) {
      if (added.has(value)) return;
      added.add(value);
      for (const bytes of write(value)) {
        const { window, offset } = chooseWindow(bytes, spellings);
        const place = hash(window);
        filter[place >>> 3]! |= 1 << (place & 7);
        const others = spellings.get(window);
        if (others) others.push({ value, bytes, offset });
        else spellings.set(window, [{ value, bytes, offset }]);
        longest_bytes = Math.max(longest_bytes, bytes.length);
      }
    },
    find(bytes) {
      const found = new Map<string, number>();
      let window = 0;
      for (let end = 0; end < bytes.length; end++) {
        window = ((window << 8) | bytes[end]!) >>> 0;
        const place = hash(window);
        if ((filter[place >>> 3]! & (1 << (place & 7))) === 0) continue;
        for (const spelling of spellings.get(window) ?? []) {
          const at = end + 1 - window_bytes - spelling.offset;
          if (!found.has(spelling.value) && standsAt(bytes, at, spelling.bytes)) found.set(spelling.value, at);
        }
      }
      return [...found].map(([value, at]) => ({ value, at }));
    },
  };
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
function chooseWindow(bytes: Uint8Array, spellings: Map<number, Spelling[]>) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let best = { window: 0, offset: 0, shared: Number.POSITIVE_INFINITY };
  for (let offset = 0; offset <= bytes.length - window_bytes && best.shared > 0; offset++) {
    const window = view.getUint32(offset);
    const shared = spellings.get(window)?.length ?? 0;
    if (shared < best.shared) best = { window, offset, shared };
  }
  return best;
}

function hash(window: number): number {
  return Math.imul(window, 0x9e3779b1) >>> (32 - filter_bits);
}

function standsAt(bytes: Uint8Array, at: number, spelling: Uint8Array): boolean {
  if (at < 0 || at + spelling.length > bytes.length) return false;
  for (let n = 0; n < spelling.length; n++) if (bytes[at + n] !== spelling[n]) return false;
  return true;
}
