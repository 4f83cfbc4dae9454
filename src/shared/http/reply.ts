import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { Request, Response } from 'express';
import { sendContent, type Content } from './content.js';
import { etagOf, isFresh } from './etag.js';
import { pickFields } from './fields.js';

/** A body that was serialised, tagged and compressed once, and is now only copied. */
export type StoredBody = Readonly<{
  etag: string; body: Buffer; gzip: Buffer | null;
  /** The same as latin1 text where they are sent again and again; null for what does not go in one write. */
  text?: Readonly<{ body: string | null; gzip: string | null }>;
}>;

export type Reply = {
  status: number;
  body?: unknown;
  /** Instead of `body`. */
  bytes?: StoredBody;
  /** Instead of `body`, for what may be larger than memory; read only as fast as the client takes it. */
  stream?: AsyncIterable<string>;
  /** Instead of `body`: a file, with ranges. Sent as it is, never compressed. */
  content?: Content;
  /** Path under the base, such as /orders/1. */
  location?: string;
  /** The version of the one resource that is answered; makes an ETag. */
  version?: number;
  /** Catalogue reads may be kept by shared caches, but asked again each time. */
  cache?: 'public';
  headers?: Readonly<Record<string, string>>;
  /** Whole Set-Cookie values. */
  cookies?: readonly string[];
  /** Only for what is not JSON. */
  contentType?: string;
};

const compress = promisify(gzip);
const WORTH_COMPRESSING = 1024;
export const EVENT_STREAM = 'text/event-stream';
export const ONE_WRITE = 32_768;
const JSON_TYPE = 'application/json; charset=utf-8';

export async function send(req: Request, res: Response, reply: Reply, stopping: () => boolean = () => false): Promise<void> {
  res.statusCode = reply.status;
  for (const name in reply.headers) res.setHeader(name, reply.headers[name]!);
  if (reply.cookies) res.setHeader('Set-Cookie', reply.cookies);
  res.setHeader('Cache-Control', reply.headers?.['Cache-Control'] ?? (reply.cache === 'public' ? 'public, max-age=0, must-revalidate' : 'no-store'));
  if (reply.location !== undefined) res.setHeader('Location', req.baseUrl + reply.location);
  const language: unknown = res.locals['language'];
  if (typeof language === 'string') {
    res.setHeader('Content-Language', language);
    res.vary('Accept-Language');
  }
  if (reply.cache === 'public') res.setHeader('Vary', 'Origin, Accept-Language, x-api-key, Accept-Encoding');
  if (reply.content) return sendContent(req, res, reply.content, reply.contentType ?? 'application/octet-stream');
  if (reply.stream) return sendStream(req, res, reply.stream, reply.contentType ?? JSON_TYPE, stopping);
  const stored = reply.bytes ?? await serialise(req, reply);
  if (stored.etag !== '') {
    res.setHeader('ETag', stored.etag);
    if ((req.method === 'GET' || req.method === 'HEAD') && isFresh(req, stored.etag)) {
      res.statusCode = 304;
      res.end();
      return;
    }
  }
  const zipped = stored.gzip !== null && acceptsGzip(req) ? stored.gzip : null;
  if (zipped) res.setHeader('Content-Encoding', 'gzip');
  const body = zipped ?? stored.body;
  res.setHeader('Content-Type', reply.contentType ?? JSON_TYPE);
  res.setHeader('Content-Length', body.length);
  if (req.method === 'HEAD') res.end();
  // Node sends a string together with its headers in one write, a buffer after them in another (measured: 5 % of a cached answer).
  else if (body.length <= ONE_WRITE) res.end((zipped ? stored.text?.gzip : stored.text?.body) ?? body.toString('latin1'), 'latin1');
  else res.end(body);
}

/** A failure on the way cuts the connection, so that nobody takes a part for the whole. */
async function sendStream(req: Request, res: Response, content: AsyncIterable<string>, contentType: string, stopping: () => boolean): Promise<void> {
  res.setHeader('Content-Type', contentType);
  if (req.method === 'HEAD') { res.end(); return; }
  const isLive = contentType === EVENT_STREAM;
  const source = Readable.from(isLive ? untilOver(content, () => stopping() || res.closed) : content, { objectMode: false });
  try {
    // Events leave one by one: a compressor or a buffering proxy would hold them back.
    if (isLive) res.setHeader('X-Accel-Buffering', 'no').flushHeaders();
    if (isLive || !acceptsGzip(req)) return await pipeline(source, res);
    res.setHeader('Content-Encoding', 'gzip');
    await pipeline(source, createGzip(), res);
  } catch (error) {
    // A client that went away is no defect.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/**
 * A live stream would outlast any patience with open requests, so it ends with the process, in order: its client connects
 * to another. It yields `''` whenever it looked and found nothing, which is when it can be ended.
 */
async function* untilOver(content: AsyncIterable<string>, isOver: () => boolean): AsyncGenerator<string> {
  for await (const text of content) {
    if (isOver()) return;
    if (text !== '') yield text;
  }
}

export const acceptsGzip = (req: Request): boolean => /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(String(req.headers['accept-encoding'] ?? ''));

async function serialise(req: Request, reply: Reply): Promise<StoredBody> {
  if (reply.body === undefined) return { etag: '', body: Buffer.alloc(0), gzip: null };
  const fields = req.method === 'GET' ? (req.query as { fields?: unknown }).fields : undefined;
  const shaped = typeof fields === 'string' ? pickFields(reply.body, fields) : reply.body;
  const body = Buffer.from(reply.contentType ? String(shaped) : JSON.stringify(shaped));
  const etag = reply.version === undefined ? '' : etagOf(reply.version, body);
  // Answers to writes can carry tokens beside text that the caller chose, so their length must not tell of it (BREACH).
  const wanted = req.method === 'GET' && body.length >= WORTH_COMPRESSING && acceptsGzip(req);
  return { etag, body, gzip: wanted ? await compress(body) : null };
}

/** Serialises once for a cache: both encodings and the tag. */
export async function storeBody(body: unknown, version: number): Promise<StoredBody> {
  const bytes = Buffer.from(JSON.stringify(body));
  return { etag: etagOf(version, bytes), body: bytes, gzip: bytes.length >= WORTH_COMPRESSING ? await compress(bytes) : null };
}
