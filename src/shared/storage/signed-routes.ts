import Joi from 'joi';
import { CUT } from '../http/body.js';
import { defineRoute, type Route } from '../http/route.js';
import { problems, success, successOf } from '../http/schemas.js';
import type { LocalStorage } from './local-storage.js';
import { ObjectMissing, UploadTooLarge, WrongUpload } from './storage.errors.js';

type Params = { area: string; name: string };
type Query = { method: 'GET' | 'PUT'; expires: number; type: string; bytes: number; signature: string };
const params = Joi.object<Params, true>({ area: Joi.string().pattern(/^[a-z]{1,20}$/).required(), name: Joi.string().pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,180}$/).required() });
const query = Joi.object<Query, true>({
  method: Joi.string().valid('GET', 'PUT').required(), expires: Joi.number().integer().required(), type: Joi.string().max(100).required(),
  bytes: Joi.number().integer().min(0).required(), signature: Joi.string().max(128).required(),
}).description('As the link has them; all of it is signed');

/** What S3 does by itself for the links that it signs, for files in a folder of ours. The signature takes the place of a key. */
export function signedRoutes(storage: LocalStorage): Route[] {
  const base = { path: '/storage/:area/:name', tag: 'Media', access: 'public', params, query } as const;
  return [
    defineRoute<Params, Query>({
      ...base, method: 'get', summary: 'Read a file by its signed link', responses: { 200: Joi.object(), 206: Joi.object(), ...problems(400, 403, 404) }, produces: ['application/octet-stream'],
      handle: async ({ params: { area, name }, query: { signature, method, ...terms } }) => {
        const key = `${area}/${name}`;
        storage.verify({ ...terms, key, method: 'GET' }, method === 'GET' ? signature : '');
        const found = await storage.stat(key);
        if (!found) throw new ObjectMissing();
        return {
          status: 200, contentType: terms.type, content: { size: found.size, etag: `"${name}"`, open: (range) => storage.open(key, range) },
          headers: { 'Cache-Control': 'private, no-store', 'Content-Security-Policy': 'default-src \'none\'; sandbox' },
        };
      },
    }),
    defineRoute<Params, Query>({
      ...base, method: 'put', summary: 'Send a file by its signed link', consumes: 'stream', responses: { 200: successOf(Joi.object({ bytes: Joi.number().integer().required() })), ...problems(400, 403, 413) },
      handle: async ({ params: { area, name }, query: { signature, method, ...terms } }, { stream, contentType, contentLength }) => {
        const key = `${area}/${name}`;
        storage.verify({ ...terms, key, method: 'PUT' }, method === 'PUT' ? signature : '');
        if (contentType !== terms.type) throw new WrongUpload(`content-type must be ${terms.type}`);
        if ((contentLength ?? 0) > terms.bytes) throw new UploadTooLarge(terms.bytes);
        await storage.put(key, stream!, { contentType: terms.type, size: terms.bytes }).catch((error: { code?: string }) => { throw CUT.includes(error.code ?? '') ? new WrongUpload('the body was cut before its end') : error; });
        return { status: 200, body: success('Stored.', { bytes: terms.bytes }) };
      },
    }),
  ];
}
