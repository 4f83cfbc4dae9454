import { actorOf } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { mailAnswer, mailListQuery, mailParams, mailQuery, mailsAnswer, presentMail, retriedAnswer, type MailListQuery, type MailParams, type MailQuery } from './notifications.schemas.js';
import type { NotificationService } from './notifications.service.js';

const tag = 'Mails';
const mayRead = { permission: 'mails:read' } as const;
/** A mail is shown, never run: no script, nothing fetched. */
const SEALED = { 'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox" } as const;

export function notificationRoutes(mails: NotificationService) {
  return [
    defineRoute<object, MailListQuery>({
      method: 'get', path: '/admin/mails', summary: 'List mails, newest first', tag, access: mayRead,
      query: mailListQuery, responses: { 200: mailsAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const { state, to, order_id: orderId, milestone } = query;
        const page = await mails.list({ ...(state && { state }), ...(to !== undefined && { to }), ...(orderId !== undefined && { orderId }), ...(milestone && { milestone }) }, query);
        return { status: 200, body: success('The mails.', { ...page, items: page.items.map(presentMail) }) };
      },
    }),
    defineRoute<MailParams, MailQuery>({
      method: 'get', path: '/admin/mails/:id', summary: 'One mail with both its parts', tag, access: mayRead, produces: ['application/json', 'text/html', 'text/plain'],
      params: mailParams, query: mailQuery, responses: { 200: mailAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query: { format = 'json' } }) => {
        const mail = await mails.get(params.id);
        if (format === 'json') return { status: 200, body: success('The mail.', { ...presentMail(mail), html: mail.html, text: mail.text }) };
        const [part, contentType] = format === 'html' ? [mail.html, 'text/html; charset=utf-8'] : [mail.text, 'text/plain; charset=utf-8'];
        return { status: 200, bytes: { etag: '', body: Buffer.from(part), gzip: null }, contentType, headers: SEALED };
      },
    }),
    defineRoute<MailParams>({
      method: 'post', path: '/admin/mails/:id/retries', summary: 'Send a mail again that was set aside', tag, access: { permission: 'mails:write' },
      params: mailParams, responses: { 200: retriedAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('The mail will be sent again.', presentMail(await mails.retry(params.id, actorOf(caller)))) }),
    }),
  ];
}
