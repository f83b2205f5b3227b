import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { lengthPrefixed } from '../digest.ts';
import { deriveKey } from '../vault/cipher.ts';
import { copy_again, Refusal } from './refusal.ts';

/** Bytes as they come, in pieces of any size. */
export type Bytes = AsyncIterable<Uint8Array>;

/** Length of a sealed chunk before it is sealed. */
const chunk_bytes = 65_536;
const tag_bytes = 16;

/** Characters of lines that are compressed at once. */
const text_length = 65_536;

/**
 * Seals bytes in chunks under AES-256-GCM. Each chunk is bound to its place, and the last one says that it is the last,
 * so that what was cut off, moved or swapped does not open.
 *
 * @param key 32 bytes, which seal nothing else under this name.
 */
export async function* sealBytes(key: Buffer, name: string, bytes: Bytes): Bytes {
  const fileKey = deriveKey(key, `file|${name}`);
  let place = 0;
  for await (const [chunk, isLast] of cutChunks(bytes, chunk_bytes)) {
    const cipher = createCipheriv('aes-256-gcm', fileKey, nonceOf(place)).setAAD(context(name, isLast));
    yield Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
    place += 1;
  }
}

/**
 * Opens sealed bytes.
 *
 * @throws Refusal when they are not whole and as they were sealed.
 */
export async function* openBytes(key: Buffer, name: string, bytes: Bytes): Bytes {
  const fileKey = deriveKey(key, `file|${name}`);
  let place = 0;
  for await (const [chunk, isLast] of cutChunks(bytes, chunk_bytes + tag_bytes)) {
    const end = chunk.length - tag_bytes;
    try {
      const decipher = createDecipheriv('aes-256-gcm', fileKey, nonceOf(place), { authTagLength: tag_bytes });
      decipher.setAAD(context(name, isLast)).setAuthTag(chunk.subarray(end));
      yield Buffer.concat([decipher.update(chunk.subarray(0, end)), decipher.final()]);
    } catch (error) {
      throw new Refusal('damaged', `${name}: cut off, or altered after the backup was made. ${copy_again}`, error);
    }
    place += 1;
  }
}

/** Returns the nonce of a chunk: its place. Because each file has a key of its own, no nonce is used twice. */
function nonceOf(place: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(place, 6, 6);
  return nonce;
}

function context(name: string, isLast: boolean): Buffer {
  return lengthPrefixed('backup', name, isLast ? 'last' : 'more');
}

/** Cuts bytes into chunks of one size. The last chunk is the only shorter one. */
async function* cutChunks(bytes: Bytes, size: number): AsyncGenerator<[chunk: Buffer, isLast: boolean]> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    held.push(piece);
    length += piece.length;
    if (length <= size) continue;
    const all = Buffer.concat(held);
    let at = 0;
    for (; length - at > size; at += size) yield [all.subarray(at, at + size), false];
    held = [all.subarray(at)];
    length -= at;
  }
  yield [Buffer.concat(held), true];
}

/** Joins lines and compresses them (gzip). */
export function packLines(lines: AsyncIterable<string>): Bytes {
  return streamBytes(encodeLines(lines)).pipeThrough(new CompressionStream('gzip'));
}

function streamBytes(bytes: Bytes): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = bytes[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
    cancel: async () => void (await pieces.return?.()),
  });
}

async function* encodeLines(lines: AsyncIterable<string>): Bytes {
  let text = '';
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < text_length) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

/**
 * Reads the lines of compressed bytes, some at a time.
 *
 * @throws Refusal when the bytes are not whole.
 */
export async function* unpackLines(name: string, bytes: Bytes): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const piece of streamBytes(bytes).pipeThrough(new DecompressionStream('gzip'))) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = lines.pop()!;
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    if (error instanceof Refusal || !isUnpacking(error)) throw error;
    throw new Refusal('damaged', `${name}: cut off, or altered after the backup was made. ${copy_again}`, error);
  }
  if (rest) throw new Refusal('damaged', `${name}: its last line is cut off. ${copy_again}`);
}

/** Tells whether an error says that compressed bytes are not whole. */
function isUnpacking(error: unknown): boolean {
  return /^Z_|TypeError/.test(String((error as { code?: string }).code ?? (error as Error).name));
}

/** Passes bytes on, and hands their number and SHA-256 over at the end. */
export async function* countBytes(bytes: Bytes, done: (sum: { bytes: number; sha256: string }) => void): Bytes {
  const sum = createHash('sha256');
  let length = 0;
  for await (const piece of bytes) {
    sum.update(piece);
    length += piece.length;
    yield piece;
  }
  done({ bytes: length, sha256: sum.digest('hex') });
}
