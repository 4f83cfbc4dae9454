import Joi from 'joi';
import { successOf } from '../../shared/http/schemas.js';
import { actingAs, emailInput, enteredPassword, newPassword, sessionChoice, type ActingAs, type SessionChoice } from '../auth/index.js';

const token = () => Joi.string().min(1).max(128).description('The code that was mailed');

export type AddressBody = { email: string };
export const addressBody = Joi.object<AddressBody, true>({ email: emailInput().required() });

export type ResetBody = { token: string; newPassword: string };
export const resetBody = Joi.object<ResetBody, true>({ token: token().required(), newPassword: newPassword().required() });

export type LinkBody = { token: string } & SessionChoice & ActingAs;
export const linkBody = Joi.object<LinkBody>({ token: token().required(), session: sessionChoice(), as: actingAs() });

export type CodeBody = { token: string };
export const codeBody = Joi.object<CodeBody, true>({ token: token().required() });

export type EmailBody = { newEmail: string; currentPassword?: string };
export const emailBody = Joi.object<EmailBody>({
  newEmail: emailInput().required(), currentPassword: enteredPassword().description('Left out by who has none; the session must then be younger than 5 min'),
});

export const emailAnswer = successOf(Joi.object({ email: Joi.string().required() }));
