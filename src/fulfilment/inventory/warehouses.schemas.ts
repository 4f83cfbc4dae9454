import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { countryCode, id, line, timestamp } from '../../shared/http/schemas.js';
import type { AutoReorder, WarehouseFields } from './warehouses.js';

const MAX_COUNT = 1_000_000_000;
const REGION = /^([A-Z]{2}|\*)$/;
const region = () => Joi.string().pattern(REGION, 'ISO 3166 code or *');
const location = () => Joi.object<WarehouseFields['location']>({
  address: line(300), city: line(100).required(), country: countryCode().required(),
  lat: Joi.number().min(-90).max(90), lng: Joi.number().min(-180).max(180),
});
const autoReorder = () => Joi.object<AutoReorder>({
  enabled: Joi.boolean().required(), threshold: Joi.number().integer().min(0).max(MAX_COUNT).required(), preferredSupplier: id(),
}).description('At or below the threshold a level is low and stock.low is told once');
const fields = {
  code: Joi.string().pattern(/^[A-Z0-9][A-Z0-9_-]{0,31}$/, 'warehouse code'),
  name: line(100).min(1), location: location(),
  regionsServed: Joi.array().items(region()).max(300).unique().description('Countries it serves first; none or * means everywhere'),
  shippingTimeEstimates: Joi.object().pattern(REGION, Joi.number().integer().min(0).max(365)).description('Days to a country'),
  priority: Joi.number().integer().min(0).max(1_000_000).description('Lower is asked first'),
  active: Joi.boolean(), autoReorder: autoReorder(),
};

export type WarehouseParams = { id: string };
export const warehouseParams = Joi.object<WarehouseParams, true>({ id: id().required() });

export type WarehouseListQuery = PageQuery & { active?: boolean };
export const warehouseListQuery = Joi.object<WarehouseListQuery>({ ...pageParams(['priority', 'name', 'createdAt']), active: Joi.boolean() });

export type CreateWarehouseBody = WarehouseFields & { active: boolean };
export const createWarehouseBody = Joi.object<CreateWarehouseBody>({
  ...fields, code: fields.code.required(), name: fields.name.required(), location: fields.location.required(),
  regionsServed: fields.regionsServed.default([]), shippingTimeEstimates: fields.shippingTimeEstimates.default({}),
  priority: fields.priority.default(100), active: fields.active.default(true),
});

export type UpdateWarehouseBody = Partial<CreateWarehouseBody>;
export const updateWarehouseBody = Joi.object<UpdateWarehouseBody>(fields).min(1);

export type DeactivateQuery = { force: boolean };
export const deactivateQuery = Joi.object<DeactivateQuery, true>({ force: Joi.boolean().default(false).description('Also when it still has stock') });

export const warehouseReply = Joi.object({
  id: id().required(), code: Joi.string().required(), name: Joi.string().required(), location: Joi.object().unknown().required(),
  regionsServed: Joi.array().items(Joi.string()).required(), shippingTimeEstimates: Joi.object().unknown().required(),
  priority: Joi.number().integer().required(), active: Joi.boolean().required(), autoReorder: autoReorder(),
  createdAt: timestamp().required(), updatedAt: timestamp().required(), version: Joi.number().integer().required(),
}).meta({ name: 'Warehouse' });
