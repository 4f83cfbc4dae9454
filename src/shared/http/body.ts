import express, { type Request, type RequestHandler, type Response } from 'express';
import createHttpError from 'http-errors';
import multer from 'multer';
import type Joi from 'joi';

/** `raw`: a signed webhook, whose signature covers the exact bytes. `file`: one upload in the field `file`, kept on disk. */
export type Consumes = 'json' | 'raw' | { file: { maxBytes: number; directory: string } };

type Reads = { body?: Joi.ObjectSchema; consumes?: Consumes };
const parsers = new Map<string, RequestHandler>();

/** Reads the body only after the caller was let in, so that strangers cannot make us buffer or parse. */
export async function readBody(req: Request, res: Response, route: Reads, limitBytes: number): Promise<void> {
  const consumes = route.consumes ?? 'json';
  if (!route.body && consumes === 'json') return;
  // fetch() says `Content-Length: 0` for a POST without a body: there is nothing whose type could be wrong.
  if (consumes === 'json' && req.headers['content-length'] === '0') return;
  if (consumes === 'json' && req.is('json') === false) throw createHttpError(415);
  await run(parserFor(consumes, limitBytes), req, res);
}

function parserFor(consumes: Consumes, limit: number): RequestHandler {
  const id = `${JSON.stringify(consumes)}:${limit}`;
  const known = parsers.get(id);
  if (known) return known;
  const made = makeParser(consumes, limit);
  parsers.set(id, made);
  return made;
}

function makeParser(consumes: Consumes, limit: number): RequestHandler {
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

function asHttpError(error: unknown): unknown {
  if (!(error instanceof multer.MulterError)) return error;
  return createHttpError(error.code === 'LIMIT_FILE_SIZE' ? 413 : 400);
}
