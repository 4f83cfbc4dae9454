import Joi from 'joi';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import type { AlertService } from './alerts.service.js';
import { stopParams } from './wishlists.schemas.js';

const path = '/wishlist-alerts/stop/:token';
const PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Wishlist mails</title><body><form method="post"><button>Send me no more mails about my wishlist</button></form></body></html>';
const SEALED = { 'Content-Security-Policy': "default-src 'none'; form-action 'self'", 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' } as const;

/** Read by people and mail programs, which send no key. Only the post changes anything: scanners of mails follow every link. */
export const stopRoutes = (alerts: AlertService): Route[] => [
  defineRoute<{ token: string }>({
    method: 'get', path, summary: 'The page behind the link that ends wishlist mails', tag: 'Wishlists', access: 'public', params: stopParams, produces: ['text/html'], responses: { 200: Joi.object(), ...problems(400) },
    handle: async () => ({ status: 200, bytes: { etag: '', body: Buffer.from(PAGE), gzip: null }, contentType: 'text/html; charset=utf-8', headers: SEALED }),
  }),
  defineRoute<{ token: string }>({
    method: 'post', path, summary: 'End wishlist mails, with one click of a mail program too (RFC 8058)', tag: 'Wishlists', access: 'public', params: stopParams, consumes: 'raw',
    responses: { 200: successOf(Joi.object({ stopped: Joi.boolean().required() })), ...problems(400, 404) },
    handle: async ({ params }) => {
      await alerts.stop(params.token);
      return { status: 200, body: success('You will get no more mails about your wishlist.', { stopped: true }) };
    },
  }),
];
