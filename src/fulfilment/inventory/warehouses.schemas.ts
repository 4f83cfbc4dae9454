import Joi from 'joi';
import { seenWith } from '../../shared/http/field-access.js';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { countryCode, id, line, timestamp } from '../../shared/http/schemas.js';
import type { AutoReorder, WarehouseFields } from './warehouses.js';

const MAX_COUNT = 1_000_000_000;
const REGION = /^([A-Z]{2}(-[A-Z0-9]{1,3})?|\*)$/;
const region = () => Joi.string().pattern(REGION, 'ISO 3166 code or *');
const timeZone = () => Joi.string().max(64).custom((value: string, helpers) => (ZONES.has(value) ? value : helpers.error('string.zone')))
  .messages({ 'string.zone': '{{#label}} must be a time zone of the IANA list, like Europe/London' });
const ZONES = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);
const day = () => Joi.string().pattern(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'date').custom((value: string, helpers) => (
  new Date(`${value}T00:00:00Z`).toJSON()?.startsWith(value) ? value : helpers.error('string.date'))).messages({ 'string.date': '{{#label}} must be a day of the calendar' });
const location = () => Joi.object<WarehouseFields['location']>({
  address: line(300), city: line(100).required(), region: line(100), postalCode: line(20), country: countryCode().required(),
  lat: Joi.number().min(-90).max(90), lng: Joi.number().min(-180).max(180),
});
const autoReorder = () => Joi.object<AutoReorder>({
  enabled: Joi.boolean().required(), threshold: Joi.number().integer().min(0).max(MAX_COUNT).required(), preferredSupplier: id(),
}).description('At or below the threshold a level is low and stock.low is told once');
const fields = {
  code: Joi.string().pattern(/^[A-Z0-9][A-Z0-9_-]{0,31}$/, 'warehouse code'),
  name: line(100).min(1), location: location(),
  regionsServed: Joi.array().items(region()).max(300).unique().description('Countries (GB) or parts of them (GB-SCT) it serves; none or * means everywhere'),
  shippingTimeEstimates: Joi.object().pattern(REGION, Joi.number().integer().min(0).max(365)).description('Working days on the road to a country, a part of it or * for the rest'),
  priority: Joi.number().integer().min(0).max(1_000_000).description('Lower is asked first'),
  costPerParcel: Joi.number().integer().min(0).max(MAX_COUNT).description('Minor units, one currency for all warehouses; the cheaper is asked first'),
  pickup: Joi.boolean().description('A shop where customers fetch what they ordered'),
  timeZone: timeZone(), cutoff: Joi.string().pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'time').description('Orders before it leave the same day; local time'),
  workingDays: Joi.array().items(Joi.number().integer().min(1).max(7)).min(1).unique().description('1 is Monday; Monday to Friday when absent'),
  holidays: Joi.array().items(day()).max(400).unique().description('2026-12-25, where the warehouse is'),
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
  kind: Joi.string().valid('digital'), costPerParcel: seenWith('costs:read', fields.costPerParcel), pickup: Joi.boolean(), timeZone: Joi.string(), cutoff: fields.cutoff, workingDays: fields.workingDays, holidays: fields.holidays,
  createdAt: timestamp().required(), updatedAt: timestamp().required(), version: Joi.number().integer().required(),
}).meta({ name: 'Warehouse' });
