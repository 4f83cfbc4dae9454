import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import { ROLES, type Role } from './auth.js';
import { registerBody, type RegisterBody } from './auth.schemas.js';

export type UserParams = { id: string };
export const userParams = Joi.object<UserParams, true>({ id: id().required() });

export type UsersQuery = PageQuery & { q?: string; role?: Role; disabled?: boolean; 'created_at[gte]'?: Date; 'created_at[lte]'?: Date };
export const usersQuery = Joi.object<UsersQuery>({
  ...pageParams(['createdAt']),
  q: Joi.string().max(254).description('The whole e-mail address'),
  role: Joi.string().valid(...ROLES), disabled: Joi.boolean(), 'created_at[gte]': Joi.date().iso(), 'created_at[lte]': Joi.date().iso(),
});

const roles = () => Joi.array().items(Joi.string().valid(...ROLES)).min(1).max(ROLES.length).unique();
export type CreateUserBody = RegisterBody & { roles: Role[] };
export const createUserBody = (registerBody as Joi.ObjectSchema).keys({ roles: roles().required() }) as Joi.ObjectSchema<CreateUserBody>;

export type RightsBody = { roles?: Role[]; disabled?: boolean };
export const rightsBody = Joi.object<RightsBody>({ roles: roles(), disabled: Joi.boolean() }).min(1);

const userReply = Joi.object({
  id: id().required(), email: Joi.string().required(), username: Joi.string(), roles: Joi.array().items(Joi.string()).required(),
  disabled: Joi.boolean().required(), createdAt: timestamp().required(), updatedAt: timestamp().required(), version: Joi.number().integer().required(),
}).meta({ name: 'User' });
export const userAnswer = successOf(userReply);
export const usersAnswer = pageOf(userReply);
export const endedAnswer = successOf(Joi.object({ ended: Joi.number().integer().required() }));
