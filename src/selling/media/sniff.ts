import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { fileTypeFromFile } from 'file-type';
import { IMAGE_TYPES, kindOf, PIPELINE, VIDEO_TYPES, type MediaKind, type Profile } from './media.js';
import { polyglot, unsupported } from './media.errors.js';

export type Sniffed = Readonly<{ kind: MediaKind; contentType: string; hash: string; bytes: number }>;

/** What no picture contains, but what a browser, a viewer or a server would run if it took the file for something else. */
const FOREIGN: ReadonlyArray<readonly [name: string, marker: Buffer]> = [
  ['a script', Buffer.from('<script')], ['a PHP program', Buffer.from('<?php')], ['a web page', Buffer.from('<html')], ['a web page', Buffer.from('<!doctype')],
];
/** Four letters stand in one of a hundred photos by chance; a drawing that anything would draw names its namespace at once. */
const SVG = '<svg';
const NAMESPACE = 'xmlns';
const NAMED_WITHIN = 300;
/** A PDF may begin within its first kilobyte; the directory of a ZIP ends within 64 KB of the end of the file. */
const PDF = Buffer.from('%PDF-');
const PDF_WITHIN = 1024;
const ZIP_END = Buffer.from('PK\u0005\u0006', 'latin1');
const ZIP_ENTRY = Buffer.from('PK\u0001\u0002', 'latin1');
const ZIP_WITHIN = 65_557;

/** What the bytes are, whatever anybody said of them, and the name of their content. The file is read once, in pieces. */
export async function sniff(path: string, profile: Profile): Promise<Sniffed> {
  const found = await fileTypeFromFile(path);
  const kind = found ? kindOf(found.mime) : null;
  const allowed = profile === 'avatar' ? IMAGE_TYPES : [...IMAGE_TYPES, ...VIDEO_TYPES];
  if (!found || !kind || (profile === 'avatar' && kind !== 'image')) throw unsupported(found?.mime ?? 'of no known type', allowed);
  const hash = createHash('sha256').update(`${PIPELINE}:${profile}:`);
  const search = new ForeignSearch();
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    if (kind === 'image') search.look(chunk);
  }
  const foreign = search.found();
  if (foreign !== null) throw polyglot(foreign);
  return { kind, contentType: found.mime, hash: hash.digest('hex'), bytes };
}

/** Finds markers wherever they lie, also across two pieces. */
class ForeignSearch {
  private head = Buffer.alloc(0);
  private tail = Buffer.alloc(0);
  private seam = '';
  private marker: string | null = null;

  look(chunk: Buffer): void {
    if (this.head.length < PDF_WITHIN) this.head = Buffer.concat([this.head, chunk.subarray(0, PDF_WITHIN)]);
    this.tail = Buffer.concat([this.tail, chunk]).subarray(-ZIP_WITHIN);
    if (this.marker !== null) return;
    const text = this.seam + chunk.toString('latin1').toLowerCase();
    this.marker = FOREIGN.find(([, marker]) => text.includes(marker.toString('latin1')))?.[0] ?? (hasDrawing(text) ? 'an SVG drawing' : null);
    this.seam = text.slice(-NAMED_WITHIN);
  }

  found(): string | null {
    if (this.marker !== null) return this.marker;
    if (this.head.subarray(0, PDF_WITHIN).includes(PDF)) return 'a PDF document';
    return this.tail.includes(ZIP_END) && this.tail.includes(ZIP_ENTRY) ? 'a ZIP archive' : null;
  }
}

function hasDrawing(text: string): boolean {
  for (let at = text.indexOf(SVG); at >= 0; at = text.indexOf(SVG, at + 1)) if (text.slice(at, at + NAMED_WITHIN).includes(NAMESPACE)) return true;
  return false;
}
