import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { email, id, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import { MAIL_STATES, MILESTONES, type Mail, type MailState, type Milestone } from './notifications.js';

export type MailParams = { id: string };
export const mailParams = Joi.object<MailParams, true>({ id: id().required() });
export type MailListQuery = PageQuery & { state?: MailState; to?: string; order_id?: string; milestone?: Milestone };
export const mailListQuery = Joi.object<MailListQuery>({
  ...pageParams(['createdAt']), state: Joi.string().valid(...MAIL_STATES), to: email(), order_id: id(), milestone: Joi.string().valid(...MILESTONES),
});
export type MailQuery = { format?: 'json' | 'html' | 'text'; fields?: string };
export const mailQuery = Joi.object<MailQuery>({ format: Joi.string().valid('json', 'html', 'text').description('html and text answer that part alone, to look at'), fields: Joi.string().max(500) });

const mailReply = Joi.object({
  id: id().required(), milestone: Joi.string().valid(...MILESTONES).required(), to: Joi.string().required(), locale: Joi.string().required(), orderId: id(),
  subject: Joi.string().required(), state: Joi.string().valid(...MAIL_STATES).required().description('kept: nobody is configured to deliver it; dead: set aside'),
  attempts: Joi.number().integer().required(), lastError: Joi.string(), createdAt: timestamp().required(), sentAt: timestamp(),
}).meta({ name: 'Mail' });
export const mailsAnswer = pageOf(mailReply);
export const mailAnswer = successOf(mailReply.keys({ html: Joi.string().required(), text: Joi.string().required() }));
export const retriedAnswer = successOf(mailReply);

/** Secrets are not among it: they are put in when the mail leaves. */
export function presentMail({ id: mailId, milestone, to, locale, orderId, subject, state, attempts, lastError, createdAt, sentAt }: Mail) {
  return {
    id: mailId, milestone, to, locale, ...(orderId !== null && { orderId }), subject, state, attempts, ...(lastError !== undefined && { lastError }),
    createdAt: createdAt.toISOString(), ...(sentAt && { sentAt: sentAt.toISOString() }),
  };
}
