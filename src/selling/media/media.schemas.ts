import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, line, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import { FILE_STATES, type FileState } from './media.js';

export type MediaParams = { id: string };
export const mediaParams = Joi.object<MediaParams, true>({ id: id().required() });
export const keyParams = Joi.object<{ key: string }, true>({ key: Joi.string().max(100).required() });
export type LinkQuery = { expires?: number; signature?: string };
export const linkQuery = Joi.object<LinkQuery>({ expires: Joi.number().integer(), signature: Joi.string().max(128) }).description('As a signed link has them');
export type ListQuery = PageQuery & { state?: FileState };
export const listQuery = Joi.object<ListQuery>({ ...pageParams(['createdAt']), state: Joi.string().valid(...FILE_STATES) });
export type UploadBody = { name: string; contentType: string; bytes: number };
export const uploadBody = Joi.object<UploadBody, true>({
  name: line(200).min(1).required(), contentType: Joi.string().max(100).required().description('What the bytes are; they are looked at all the same'), bytes: Joi.number().integer().min(1).required(),
});
export type ImportBody = { url: string; name?: string };
export const importBody = Joi.object<ImportBody>({ url: Joi.string().uri({ scheme: ['http', 'https'] }).max(2000).required(), name: line(200).min(1) });
export const noFields = Joi.object({});

export const fileReply = Joi.object({
  id: id().required(), name: Joi.string().required(), state: Joi.string().valid(...FILE_STATES).required().description('quarantined: not looked at yet; ask again. refused: refusal says why'),
  kind: Joi.string().valid('image', 'video').allow(null).required(), contentType: Joi.string().required(), bytes: Joi.number().integer().required().description('As uploaded'),
  width: Joi.number().integer(), height: Joi.number().integer(), durationSeconds: Joi.number(), note: Joi.string(), refusal: Joi.object({ code: Joi.string().required(), message: Joi.string().required() }),
  isPublic: Joi.boolean().required().description('Something public shows it, so that its addresses work for anybody'),
  url: Joi.string().description('The largest form; the links of a file that is not public expire after an hour'), urls: Joi.object().pattern(Joi.string(), Joi.string()).description('By name: thumb, card and zoom as .webp and .jpg'),
  createdAt: timestamp().required(),
}).meta({ name: 'MediaFile' });
export const fileAnswer = successOf(fileReply);
export const filesAnswer = pageOf(fileReply);
export const uploadAnswer = successOf(Joi.object({
  file: fileReply.required(),
  upload: Joi.object({ url: Joi.string().required(), method: Joi.string().valid('PUT').required(), headers: Joi.object().pattern(Joi.string(), Joi.string()).required(), expiresAt: timestamp().required() }).required(),
}));
export const doneAnswer = successOf(Joi.object({ id: id().required() }));
