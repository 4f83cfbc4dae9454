import { readFile } from 'node:fs/promises';
import Joi from 'joi';
import { actorOf, type Caller } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { orderHeaders, orderOwnerOf, orderParams, type OrderHeaders, type OrderOwner, type OrderParams } from '../orders/index.js';
import { FileMissing } from './digital.errors.js';
import { downloadsAnswer, fileAnswer, keysAnswer, keysBody, noFields, skuParams, tokenParams, type KeysBody, type SkuParams, type TokenParams } from './digital.schemas.js';
import type { StoredFile } from './digital.js';
import type { DownloadsService } from './downloads.service.js';
import type { LicenceKeysService } from './licence-keys.service.js';

/** A document of the database can have 16 MB. */
const MAX_FILE_BYTES = 12_000_000;
const writing = { tag: 'Digital goods', access: { permission: 'inventory:write' } } as const;
type Deps = {
  keys: LicenceKeysService; downloads: DownloadsService; uploadFolder: string; saveFile(file: StoredFile, caller: Caller): Promise<void>;
  /** Refuses an order that is not the owner's. */
  requireOrder(id: string, owner: OrderOwner): Promise<unknown>;
};

export function digitalRoutes({ keys, downloads, uploadFolder, saveFile, requireOrder }: Deps): Route[] {
  return [
    defineRoute<SkuParams, object, object, KeysBody>({
      ...writing, method: 'post', path: '/digital/:sku/keys', summary: 'Add licence keys to the pool of a SKU', params: skuParams, body: keysBody, idempotency: 'optional',
      description: 'They are stock of the SKU and kept encrypted. Each is issued once, when an order is placed.', responses: { 201: keysAnswer, ...problems(400, 401, 403, 404, 409, 422) },
      handle: async ({ params, body }, { caller }) => {
        const imported = await keys.import(params.sku, body.importId, body.keys, actorOf(caller));
        return { status: 201, location: `/inventory/${params.sku}`, body: success(`${imported.added} keys added.`, imported) };
      },
    }),
    defineRoute<SkuParams>({
      ...writing, method: 'put', path: '/digital/:sku/file', summary: 'Set the file that buyers of a SKU download', params: skuParams, body: noFields, consumes: { file: { maxBytes: MAX_FILE_BYTES, directory: uploadFolder } },
      responses: { 200: fileAnswer, ...problems(400, 401, 403, 404, 413) },
      handle: async ({ params }, { caller, file }) => {
        if (!file) throw new FileMissing();
        const bytes = await readFile(file.path);
        await saveFile({ sku: params.sku, name: file.originalname.replace(/[^\w.-]+/g, '_').slice(-100), contentType: 'application/octet-stream', bytes }, caller);
        return { status: 200, body: success('File stored.', { sku: params.sku, name: file.originalname.replace(/[^\w.-]+/g, '_').slice(-100), bytes: bytes.length }) };
      },
    }),
    defineRoute<OrderParams, object, OrderHeaders>({
      method: 'get', path: '/orders/:id/downloads', summary: 'Licence keys and files of an order', tag: 'Digital goods', access: { scope: 'orders:read', user: 'optional', staff: 'orders:read' }, params: orderParams, headers: orderHeaders,
      responses: { 200: downloadsAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, headers }, { caller }) => {
        await requireOrder(params.id, orderOwnerOf(caller, headers));
        return { status: 200, body: success('What was sent of it.', { items: await itemsOf({ keys, downloads }, params.id) }) };
      },
    }),
  ];
}

/** Opened from a mail or a browser: the signature takes the place of the key. */
export function downloadRoute(downloads: DownloadsService): Route {
  return defineRoute<TokenParams>({
    method: 'get', path: '/downloads/:token', summary: 'Download a file by its signed link', tag: 'Digital goods', access: 'public', params: tokenParams,
    produces: ['application/octet-stream'], responses: { 200: Joi.object(), ...problems(400, 404, 409, 410) },
    handle: async ({ params }) => {
      const { name, contentType, bytes } = await downloads.open(params.token);
      return { status: 200, bytes: { etag: '', body: bytes, gzip: null }, contentType, headers: { 'Content-Disposition': `attachment; filename="${name}"` } };
    },
  });
}

async function itemsOf({ keys, downloads }: Pick<Deps, 'keys' | 'downloads'>, orderId: string) {
  const issued = await keys.issuedTo(orderId);
  const byItem = new Map(issued.map(({ itemId, sku }) => [itemId, { kind: 'licence_key' as const, itemId, sku, keys: issued.filter((one) => one.itemId === itemId).map(({ key }) => key) }]));
  const files = (await downloads.grantedTo(orderId)).map(({ grant: { id, itemId, sku, used, max, expiresAt }, name, url }) =>
    ({ kind: 'download' as const, itemId, sku, id, name, url, used, max, expiresAt: expiresAt.toISOString() }));
  return [...byItem.values(), ...files];
}
