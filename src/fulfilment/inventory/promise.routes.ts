import Joi from 'joi';
import { mayAct } from '../../shared/http/caller.js';
import { fieldsParam } from '../../shared/http/pagination.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { countryCode, id, problems, sku, success, successOf } from '../../shared/http/schemas.js';
import type { PromiseService } from './promise.service.js';
import { MAX_QUANTITY_PER_LINE } from '../../shared/quantity-rule.js';

export type PromiseQuery = { sku: string; quantity: number; country: string; region?: string; fields?: string };
const promiseQuery = Joi.object<PromiseQuery>({
  sku: sku().required(), quantity: Joi.number().integer().min(1).max(MAX_QUANTITY_PER_LINE).default(1), country: countryCode().required(),
  region: Joi.string().pattern(/^[A-Za-z0-9]{1,3}$/, 'code of a part of the country').description('SCT of GB-SCT'), fields: fieldsParam(),
});
const day = () => Joi.string().required();
const line = Joi.object({ sku: sku().required(), quantity: Joi.number().integer().required() });
const promiseReply = Joi.object({
  possible: Joi.boolean().required(), shipsOn: day().optional(), deliversOn: day().optional(), minDays: Joi.number().integer(), maxDays: Joi.number().integer(),
  parcels: Joi.array().items(Joi.object({
    warehouseId: id().required(), lines: Joi.array().items(line).required(), shipsOn: day(), deliversOn: day(), transitDays: Joi.number().integer().required(), backordered: Joi.boolean().required(),
  })),
  reason: Joi.string().valid('region_not_served', 'insufficient_stock').description('Why nothing can be promised'), message: Joi.string(),
  country: Joi.string(), region: Joi.string(), shortages: Joi.array().items(Joi.object({ sku: sku().required(), requested: Joi.number().integer().required(), available: Joi.number().integer().required() })),
}).meta({ name: 'DeliveryPromise' });

export function promiseRoutes(promises: PromiseService): Route[] {
  return [
    defineRoute<object, PromiseQuery>({
      method: 'get', path: '/delivery-promise', summary: 'When so many units would arrive somewhere', tag: 'Inventory', access: { scope: 'catalog:read', staff: 'products:read' }, query: promiseQuery,
      description: 'From the best warehouse that serves the place: its cut-off, its holidays, its days on the road. Where nothing is sent, possible is false and reason says why. 404 for what the catalogue does not show either.',
      responses: { 200: successOf(promiseReply), ...problems(400, 401, 403, 404) },
      handle: async ({ query: { sku: asked, quantity, country, region } }, { caller }) => {
        if (!mayAct(caller, 'products:read')) await promises.requireShown(asked, caller.key?.channel ?? null);
        const promise = await promises.promiseFor({ lines: [{ sku: asked, quantity }], country, ...(region !== undefined && { region }) });
        return { status: 200, body: success(promise.possible ? `It arrives on ${promise.deliversOn}.` : promise.message, promise) };
      },
    }),
  ];
}
