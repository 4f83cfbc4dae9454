import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, pageOf, timestamp } from '../../shared/http/schemas.js';

export type SecurityEventQuery = PageQuery & { kind?: string; user_id?: string; address?: string; 'created_at[gte]'?: Date; 'created_at[lte]'?: Date };
export const securityEventQuery = Joi.object<SecurityEventQuery>({
  ...pageParams(['at']),
  kind: Joi.string().pattern(/^[a-z_]{1,60}$/, 'kind').description('Such as `sign_in_refused`, `permission_refused`, `signature_refused`, `api_key_issued`'),
  user_id: id(), address: Joi.string().pattern(/^[\da-f:./]{2,50}$/i, 'address').description('As the log has it: an IPv6 address is told by its /64'),
  'created_at[gte]': Joi.date().iso(), 'created_at[lte]': Joi.date().iso(),
});

export const securityEventAnswer = pageOf(Joi.object({
  id: id().required(), kind: Joi.string().required(), userId: Joi.string(), address: Joi.string(), detail: Joi.object(), requestId: Joi.string(), at: timestamp().required(),
}));
