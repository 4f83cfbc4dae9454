import Joi from 'joi';
import { fieldsParam } from '../../shared/http/pagination.js';
import { id, line, pageOf, successOf } from '../../shared/http/schemas.js';
import { richText } from '../../shared/rich-text.js';
import type { CategoryEdit, NewCategory } from './categories.service.js';
import { labelReply, seo, slug, spokenReply } from './products.schemas.js';

const name = () => line(120).min(1);
const text = () => Joi.string().max(5000).allow('');
const position = () => Joi.number().integer().min(0).max(1_000_000);

export const categoryBody = Joi.object<NewCategory>({ name: name().required(), slug: slug(), description: richText(5000), seo: seo(), parentId: id().allow(null), position: position() });
export const categoryPut = Joi.object<CategoryEdit>({ name: name().required(), slug: slug(), description: richText(5000), seo: seo() }).description('To put it elsewhere: POST /categories/:id/move');
export const moveBody = Joi.object<{ parentId: string | null; position?: number }>({
  parentId: id().allow(null).required().description('null: to the top'), position: position().description('0 is first; absent is last'),
});
export const categoryParams = Joi.object<{ id: string }, true>({ id: id().required() });
export const categoryRefParams = Joi.object<{ idOrSlug: string }, true>({ idOrSlug: Joi.string().max(140).required().description('Id, or a slug in any language') });
export const removeQuery = Joi.object<{ reassign_to?: string }>({ reassign_to: id().description('Children and products move there') });
export const treeQuery = Joi.object<{ fields?: string }>({ fields: fieldsParam() });

const node = Joi.object({
  id: id().required(), slug: Joi.string().required(), name: Joi.string().required(), path: Joi.string().required(), position: Joi.number().integer().required(),
  children: Joi.array().items(Joi.object().unknown()).required().description('The same again, without limit'),
});
export const treePage = pageOf(node);
export const categoryReply = Joi.object({
  id: id().required(), slug: Joi.string().required(), name: Joi.string().required(), description: text().required(), path: Joi.string().required(),
  parentId: id().allow(null).required(), position: Joi.number().integer().required(), breadcrumb: Joi.array().items(labelReply).required(),
  children: Joi.array().items(labelReply).required(), version: Joi.number().integer().required(), createdAt: Joi.string().isoDate().required(), updatedAt: Joi.string().isoDate().required(),
  seo: Joi.object(), ...spokenReply,
}).meta({ name: 'Category' });
export const categoryAnswer = successOf(categoryReply);
