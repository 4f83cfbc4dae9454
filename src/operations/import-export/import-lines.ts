import type { ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ImportFileError } from './import-export.errors.js';

/** `offset` counts bytes of the unpacked file; `bytes` is without the newline, and null where the line is too long to keep. */
export type Line = Readonly<{ line: number; offset: number; bytes: Buffer | null }>;

/** How much of the file as it lies on the disk was read so far. */
export type FileMeter = { bytesRead: number; bytesTotal: number };
/** `maxBytes` of the unpacked file: a small gzip can hold more than any disk. */
export type LineOptions = Readonly<{ meter?: FileMeter; maxBytes?: number }>;

export const MAX_LINE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
const GZIP = Buffer.from([0x1f, 0x8b]);
const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_BOMS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

/** The lines of a plain or gzipped text file. One chunk and one line are held at a time; a slow consumer slows the disk. */
export async function* readLines(file: string, { meter, maxBytes = Infinity }: LineOptions = {}): AsyncGenerator<Line> {
  const splitter = new LineSplitter();
  const { source, stream, size } = await openUnpacked(file);
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      if (meter) Object.assign(meter, { bytesRead: stream.bytesRead, bytesTotal: size });
      yield* splitter.push(chunk);
      if (splitter.bytesSeen > maxBytes) throw new ImportFileError('file_too_large', `The unpacked file is larger than ${maxBytes} bytes.`);
    }
  } catch (error) {
    throw brokenFile(error, splitter);
  } finally {
    source.destroy();
  }
  yield* splitter.end();
}

async function openUnpacked(file: string): Promise<{ source: Readable; stream: ReadStream; size: number }> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new ImportFileError('file_not_found', 'There is no such file to import.') : error;
  });
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0);
  const { size } = await handle.stat();
  const stream = handle.createReadStream({ start: 0 });
  const isPacked = bytesRead === GZIP.length && buffer.equals(GZIP);
  // The error reaches the reader through the last stream, so the callback has nothing to add.
  return { source: isPacked ? pipeline(stream, createGunzip(), () => undefined) : stream, stream, size };
}

function brokenFile(error: unknown, { line, offset }: LineSplitter): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const place = `line ${line}, byte ${offset} of the unpacked file`;
  if (code === 'Z_BUF_ERROR') return new ImportFileError('truncated_gzip', `The gzip file ends too early, in ${place}.`, { line, offset });
  if (code.startsWith('Z_')) return new ImportFileError('damaged_gzip', `The gzip file is damaged, in ${place}.`, { line, offset });
  return error;
}

/** Knows at any moment which line it is in and where that line began. */
class LineSplitter {
  line = 1;
  offset = 0;
  private parts: Buffer[] = [];
  private length = 0;

  get bytesSeen(): number {
    return this.offset + this.length;
  }

  *push(chunk: Buffer): Generator<Line> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.keep(chunk.subarray(start, end));
      yield this.take();
      start = end + 1;
    }
    this.keep(chunk.subarray(start));
  }

  *end(): Generator<Line> {
    if (this.length > 0) yield this.take();
  }

  private keep(part: Buffer): void {
    this.length += part.length;
    if (this.length > MAX_LINE_BYTES) this.parts = [];
    else if (part.length > 0) this.parts.push(part);
  }

  private take(): Line {
    const { line, offset, length } = this;
    const bytes = length > MAX_LINE_BYTES ? null : this.joined();
    this.line += 1;
    this.offset += length + 1;
    this.parts = [];
    this.length = 0;
    return { line, offset, bytes: line === 1 && bytes ? withoutBom(bytes) : bytes };
  }

  private joined(): Buffer {
    const [only, ...others] = this.parts;
    return only && others.length === 0 ? only : Buffer.concat(this.parts);
  }
}

function withoutBom(bytes: Buffer): Buffer {
  if (UTF16_BOMS.some((mark) => bytes.subarray(0, mark.length).equals(mark))) {
    throw new ImportFileError('not_utf8', 'The file is UTF-16; save it as UTF-8.', { line: 1, offset: 0 });
  }
  return bytes.subarray(0, UTF8_BOM.length).equals(UTF8_BOM) ? bytes.subarray(UTF8_BOM.length) : bytes;
}
