import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { FileMissing, NotAProductFile } from './import-export.errors.js';

const ENOUGH = 4096;
const GZIP = Buffer.from([0x1f, 0x8b]);

/** Says no to pictures, archives and spreadsheets before they are kept. Names and media types prove nothing, so only the bytes count. */
export async function requireText(path: string): Promise<void> {
  const start = await firstBytes(createReadStream(path, { end: ENOUGH - 1 }));
  if (start.length === 0) throw new FileMissing();
  const unpacked = start.subarray(0, 2).equals(GZIP) ? await firstBytes(createReadStream(path).pipe(createGunzip())).catch(() => Buffer.alloc(0)) : start;
  if (unpacked.length === 0 || unpacked.includes(0) || !isUtf8(untilWholeCharacter(unpacked))) throw new NotAProductFile();
}

async function firstBytes(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= ENOUGH) break;
  }
  return Buffer.concat(chunks).subarray(0, ENOUGH);
}

/** The cut may have gone through a character of up to four bytes. */
function untilWholeCharacter(bytes: Buffer): Buffer {
  if (bytes.length < ENOUGH) return bytes;
  for (let dropped = 1; dropped <= 4; dropped++) {
    if (((bytes.at(-dropped) ?? 0) & 0xc0) !== 0x80) return bytes.subarray(0, bytes.length - dropped);
  }
  return bytes;
}
