import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, pageOf, timestamp } from '../../shared/http/schemas.js';

export type UserParams = { id: string };
export const userParams = Joi.object<UserParams, true>({ id: id().required() });
export const activityQuery = Joi.object<PageQuery>(pageParams(['occurredAt']));
export const activityAnswer = pageOf(Joi.object({
  id: Joi.string().required(), type: Joi.string().required(), occurredAt: timestamp().required(), data: Joi.object().required(),
}));
