import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { isFresh } from './etag.js';

/** First and last byte, both included. */
export type ByteRange = Readonly<{ start: number; end: number }>;
/** A file as an answer: its size is known, its bytes are fetched only when the client has to have them. */
export type Content = Readonly<{ size: number; etag: string; open(range?: ByteRange): Promise<Readable> }>;

/** One range, as players and resumed downloads ask; a list of them, or anything else, is answered with the whole (RFC 9110, 14.2). */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'all' | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return 'all';
  const [, from = '', to = ''] = match;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return 'all';
  return start >= size || end < start ? 'unsatisfiable' : { start, end };
}

/** ETag, ranges and HEAD of a file; a failure on the way cuts the connection, so that nobody takes a part for the whole. */
export async function sendContent(req: Request, res: Response, { size, etag, open }: Content, contentType: string): Promise<void> {
  res.setHeader('ETag', etag);
  res.setHeader('Accept-Ranges', 'bytes');
  if (isFresh(req, etag)) {
    res.statusCode = 304;
    res.end();
    return;
  }
  const mayBePart = req.headers['if-range'] === undefined || req.headers['if-range'] === etag;
  const range = mayBePart ? rangeOf(req.headers.range, size) : 'all';
  if (range === 'unsatisfiable') {
    res.statusCode = 416;
    res.setHeader('Content-Range', `bytes */${size}`);
    res.end();
    return;
  }
  res.setHeader('Content-Type', contentType);
  res.setHeader('Content-Length', range === 'all' ? size : range.end - range.start + 1);
  if (range !== 'all') {
    res.statusCode = 206;
    res.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  }
  if (req.method === 'HEAD' || size === 0) { res.end(); return; }
  const body = await open(range === 'all' ? undefined : range);
  try {
    await pipeline(body, res);
  } catch (error) {
    // A client that went away is no defect.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
