import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, line, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import { vendorPatch } from '../catalog/index.js';
import { CHANGE_STATES, type ChangeState, type Proposal } from './product-changes.js';

const state = () => Joi.string().valid(...CHANGE_STATES);

export type ProposalBody = { changes: Proposal; note?: string };
export const proposalBody = Joi.object<ProposalBody>({ changes: vendorPatch.required(), note: line(1000).description('For whoever decides') });
export type ReasonBody = { reason?: string };
export const approvalBody = Joi.object<ReasonBody>({ reason: line(1000) });
export const rejectionBody = Joi.object<ReasonBody>({ reason: line(1000).min(1).required().description('For the vendor') });

export const productParams = Joi.object<{ id: string }, true>({ id: id().required() });
export type ChangeParams = { id: string; changeId: string };
export const changeParams = Joi.object<ChangeParams, true>({ id: id().required(), changeId: id().required() });
export type OfProductQuery = PageQuery & { state?: ChangeState };
export const ofProductQuery = Joi.object<OfProductQuery>({ ...pageParams(['createdAt']), state: state() });
export type QueueQuery = OfProductQuery & { vendor_id?: string };
export const queueQuery = Joi.object<QueueQuery>({ ...pageParams(['createdAt']), state: state(), vendor_id: id() });

const change = Joi.object({
  id: id().required(), productId: id().required(), vendorId: id().required(), state: state().required(), baseVersion: Joi.number().integer().required(),
  diff: Joi.array().items(Joi.object({ field: Joi.string().required(), before: Joi.any().required(), after: Joi.any().required() })).required().description('Field by field, an attribute as attributes.<code>, as the product was then'),
  note: Joi.string().allow(null).required(), reason: Joi.string().allow(null).required().description('Of whoever decided'), createdAt: timestamp().required(), decidedAt: timestamp().allow(null).required(),
}).meta({ name: 'ProductChange' });
export const changeAnswer = successOf(change);
export const changePage = pageOf(change);
