import { createHash, type Hash } from 'node:crypto';
import express, { type Request, type RequestHandler, type Response } from 'express';
import createHttpError from 'http-errors';
import multer from 'multer';
import type Joi from 'joi';
import { UnauthenticatedError } from '../errors.js';

/**
 * `raw`: a signed webhook, whose signature covers the exact bytes. `file`: one upload in the field `file`, kept on disk; with
 * `orJson` a body without a file may come as JSON.
 * `stream`: the handler reads the body itself, and counts.
 */
export type Consumes = 'json' | 'raw' | 'stream' | { file: { maxBytes: number; directory: string; orJson?: true } };

type Reads = { body?: Joi.ObjectSchema; consumes?: Consumes };
/** What a form with a file has besides the file. */
const FORM_BYTES = 1_000_000;
export const CUT: readonly string[] = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'];
const LINGER_MS = 2_000;
const parsers = new Map<string, RequestHandler>();

class BodyNotAsSigned extends UnauthenticatedError {
  readonly code = 'invalid_signature';
  constructor() { super('The body is not the one that was signed: x-content-sha256 must be the SHA-256 of its bytes, in hex.'); }
}

/** Reads the body only after the caller was let in, so that strangers cannot make us buffer or parse. */
export async function readBody(req: Request, res: Response, route: Reads, { limitBytes, sha256 }: { limitBytes: number; sha256?: string | undefined }): Promise<void> {
  const consumes = formOf(route.consumes ?? 'json', req);
  if (consumes === 'stream' || (route.body === undefined && consumes === 'json')) return;
  const seen = sha256 === undefined ? null : hashOf(req);
  // fetch() says `Content-Length: 0` for a POST without a body: there is nothing whose type could be wrong.
  if (consumes !== 'json' || req.headers['content-length'] !== '0') await read(req, res, consumes, limitBytes);
  if (seen && seen.digest('hex') !== sha256) throw new BodyNotAsSigned();
}

const formOf = (consumes: Consumes, req: Request): Consumes => (typeof consumes === 'object' && consumes.file.orJson && !req.is('multipart/form-data') ? 'json' : consumes);

async function read(req: Request, res: Response, consumes: Exclude<Consumes, 'stream'>, limitBytes: number): Promise<void> {
  if (consumes === 'json' && (req.is('json') === false || !isUtf8(req))) throw createHttpError(415);
  const mostBytes = typeof consumes === 'object' ? consumes.file.maxBytes + FORM_BYTES : limitBytes;
  const declared = req.headers['content-length'];
  if (Number(declared ?? 0) > mostBytes) throw createHttpError(413);
  const parsed = run(parserFor(consumes, limitBytes), req, res);
  await (declared === undefined && typeof consumes === 'string' ? Promise.race([parsed, tooLarge(req, mostBytes)]) : parsed);
}

/** The parser would take UTF-7, -16 and -32 as well, which nothing that looks at requests before us reads. */
const isUtf8 = (req: Request): boolean => !/charset\s*=(?!\s*"?utf-8"?\s*(?:;|$))/i.test(req.headers['content-type'] ?? '');

/** Of the bytes as they come over the wire, while the parser takes them. */
function hashOf(req: Request): Hash {
  const hash = createHash('sha256');
  req.on('data', (chunk: Buffer) => { hash.update(chunk); });
  return hash;
}

/** A body that does not say how long it is: the parser would refuse it only once everything has arrived, which may be never. */
function tooLarge(req: Request, mostBytes: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    let received = 0;
    req.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > mostBytes) reject(createHttpError(413));
    });
  });
}

/** Who goes on sending after the answer is cut, but not at once: a client that writes would not get to read the answer. */
export function cutLater(req: Request, res: Response): void {
  if (req.complete) return;
  const arm = () => { setTimeout(() => { if (!req.complete) req.socket.destroy(); }, LINGER_MS).unref(); };
  if (res.writableFinished) arm();
  else res.once('finish', arm);
}

function parserFor(consumes: Exclude<Consumes, 'stream'>, limit: number): RequestHandler {
  const id = `${JSON.stringify(consumes)}:${limit}`;
  const known = parsers.get(id);
  if (known) return known;
  const made = makeParser(consumes, limit);
  parsers.set(id, made);
  return made;
}

function makeParser(consumes: Exclude<Consumes, 'stream'>, limit: number): RequestHandler {
  if (consumes === 'json') return express.json({ limit, strict: true });
  if (consumes === 'raw') return express.raw({ limit, type: () => true });
  const { maxBytes, directory } = consumes.file;
  return multer({ dest: directory, limits: { fileSize: maxBytes, files: 1, fields: 20, fieldSize: limit } }).single('file');
}

function run(parser: RequestHandler, req: Request, res: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    parser(req, res, (error?: unknown) => { if (error) reject(asHttpError(error)); else resolve(); });
  });
}

/** A form that is cut or malformed is the sender's error; what the disk says has a code and is ours. */
function asHttpError(error: unknown): unknown {
  if (error instanceof multer.MulterError) return createHttpError(error.code === 'LIMIT_FILE_SIZE' ? 413 : 400);
  const { code, status } = error as { code?: string; status?: number };
  return status === undefined && (code === undefined || CUT.includes(code)) ? createHttpError(400) : error;
}
