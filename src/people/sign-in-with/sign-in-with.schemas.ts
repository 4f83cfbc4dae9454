import Joi from 'joi';
import { successOf, timestamp } from '../../shared/http/schemas.js';
import { actingAs, enteredPassword, sessionChoice, type ActingAs, type SessionChoice } from '../auth/index.js';
import type { ProviderAnswer } from './sign-in-with.service.js';

export type ProviderParams = { provider: string };
export const providerParams = Joi.object<ProviderParams, true>({ provider: Joi.string().pattern(/^[a-z0-9][a-z0-9-]{0,31}$/, 'provider').required() });

const answer = {
  code: Joi.string().min(1).max(2000).required().description('As the provider sent it to the redirect address, like state and iss'), state: Joi.string().min(1).max(200).required(),
  iss: Joi.string().max(500), flowToken: Joi.string().min(1).max(200).required().description('Of the answer that began this; kept by the app, never sent to the provider'),
};
export type CallbackBody = ProviderAnswer & SessionChoice & ActingAs;
export const callbackBody = Joi.object<CallbackBody>({ ...answer, session: sessionChoice(), as: actingAs() });
export const linkCallbackBody = Joi.object<ProviderAnswer>(answer);
export type LinkBody = { currentPassword?: string };
export const linkBody = Joi.object<LinkBody>({ currentPassword: enteredPassword().description('Left out by who has none; the session must then be younger than 5 min') });

export const providersAnswer = successOf(Joi.object({ items: Joi.array().items(Joi.object({ id: Joi.string().required(), name: Joi.string().required() })).required() }));
export const begunAnswer = successOf(Joi.object({
  authorizationUrl: Joi.string().required().description('Where to send the browser'), flowToken: Joi.string().required().description('To be kept by the app and sent with the answer of the provider'),
  expiresIn: Joi.number().integer().required(),
}));
const identity = Joi.object({ provider: Joi.string().required(), email: Joi.string(), linkedAt: timestamp().required() }).meta({ name: 'LinkedIdentity' });
export const identityAnswer = successOf(identity);
export const identitiesAnswer = successOf(Joi.object({ items: Joi.array().items(identity).required() }));
