import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY_BYTES = 22;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
const DEFLATED = 8;

/** One file out of a zip archive (a Python wheel is one). The archive's checksum is the caller's business. */
export function unzipOne(zip: Buffer, name: string): Buffer {
  for (const entry of directory(zip)) {
    if (entry.name !== name) continue;
    const start = entry.offset + LOCAL_HEADER_BYTES + zip.readUInt16LE(entry.offset + 26) + zip.readUInt16LE(entry.offset + 28);
    const bytes = zip.subarray(start, start + entry.compressedBytes);
    return entry.method === DEFLATED ? inflateRawSync(bytes) : bytes;
  }
  throw new Error(`the archive holds no ${name}`);
}

function* directory(zip: Buffer) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + END_OF_DIRECTORY_BYTES > zip.length) throw new Error('this is no zip archive');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    const nameBytes = zip.readUInt16LE(at + 28);
    yield {
      name: zip.toString('utf8', at + DIRECTORY_ENTRY_BYTES, at + DIRECTORY_ENTRY_BYTES + nameBytes),
      method: zip.readUInt16LE(at + 10),
      compressedBytes: zip.readUInt32LE(at + 20),
      offset: zip.readUInt32LE(at + 42),
    };
    at += DIRECTORY_ENTRY_BYTES + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}
