import Joi from 'joi';
import { email, id, successOf, timestamp } from '../../shared/http/schemas.js';

export type UserParams = { id: string };
export const userParams = Joi.object<UserParams, true>({ id: id().required() });
export type ErasureBody = { confirmEmail: string; currentPassword?: string };
export const erasureBody = Joi.object<ErasureBody>({
  confirmEmail: email().required().description('The e-mail address of the account, so that nobody erases it by mistake'),
  currentPassword: Joi.string().max(1000).description('Left out by who has none; the session must then be younger than 5 min'),
});
export type GuestBody = { email: string };
export const guestBody = Joi.object<GuestBody, true>({ email: email().required().description('What was done with it without an account is erased') });
export type GuestTokenBody = { token: string };
export const guestTokenBody = Joi.object<GuestTokenBody, true>({ token: Joi.string().min(1).max(128).required().description('The code that POST /orders/lookup mailed') });
export type RotationBody = { renew: boolean };
export const rotationBody = Joi.object<RotationBody, true>({ renew: Joi.boolean().required().description('True for new data keys as well; false wraps those there are with the current master key') });

export const jobAnswer = successOf(Joi.object({ jobId: id().required(), state: Joi.string().required() }));
export const exportAnswer = successOf(Joi.object({
  createdAt: timestamp().required(), expiresAt: timestamp().required(), data: Joi.object().unknown().required().description('By kind: account, profile, orders, invoices, returns, mails, activity, ...'),
}));
