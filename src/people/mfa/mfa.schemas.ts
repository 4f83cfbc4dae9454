import Joi from 'joi';
import { id, successOf, timestamp } from '../../shared/http/schemas.js';
import { enteredPassword, sessionChoice, type SessionChoice } from '../auth/index.js';

const code = () => Joi.string().min(6).max(40).description('Six digits of the app, or a recovery code');

export type EnrolBody = { currentPassword?: string };
export const enrolBody = Joi.object<EnrolBody>({ currentPassword: enteredPassword().description('Left out by who has none; the session must then be younger than 5 min') });
export type CodeBody = { code: string };
export const codeBody = Joi.object<CodeBody, true>({ code: code().required() });
export type ChallengeBody = { challengeToken: string; code: string } & SessionChoice;
export const challengeBody = Joi.object<ChallengeBody>({ challengeToken: Joi.string().max(128).required(), code: code().required(), session: sessionChoice() });
export type UserParams = { id: string };
export const userParams = Joi.object<UserParams, true>({ id: id().required() });

export const stateAnswer = successOf(Joi.object({
  enabled: Joi.boolean().required(), required: Joi.boolean().required().description('The roles of this account must have one'),
  enabledAt: timestamp(), recoveryCodesLeft: Joi.number().integer(),
}));
export const enrolAnswer = successOf(Joi.object({ secret: Joi.string().required().description('Base32, to be typed into the app'), uri: Joi.string().required().description('otpauth, to be shown as a QR code') }));
export const codesAnswer = successOf(Joi.object({ recoveryCodes: Joi.array().items(Joi.string()).required().description('Shown only here; each works once') }));
export const stepUpAnswer = successOf(Joi.object({ expiresIn: Joi.number().integer().required().description('Seconds that it counts as fresh') }));
