import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Context, type Route } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import type { ConfiguredRates } from './configured.js';
import {
  createMethodBody, createZoneBody, idParams, methodListQuery, methodReply, previewBody, previewReply, updateMethodBody, updateZoneBody, zoneListQuery, zoneReply,
} from './methods.schemas.js';
import type { MethodsService } from './methods.service.js';

const tag = 'Shipping';
const reading = { tag, access: { permission: 'orders:read' } } as const;
const writing = { tag, access: { permission: 'shipping:write' } } as const;
const by = ({ caller, ifMatch }: Context) => ({ actor: actorOf(caller), ifMatch });
const gone = successOf(idParams);

export const methodRoutes = (deps: { methods: MethodsService; configured: ConfiguredRates }): Route[] => [...zoneRoutes(deps), ...rateRoutes(deps)];

const zoneRoutes = ({ methods }: { methods: MethodsService }): Route[] => [
  defineRoute({
    ...reading, method: 'get', path: '/shipping/zones', summary: 'List shipping zones', query: zoneListQuery,
    responses: { 200: pageOf(zoneReply), ...problems(400, 401, 403) },
    handle: async ({ query }) => ({ status: 200, body: success('Shipping zones.', await methods.findZones(query)) }),
  }),
  defineRoute({
    ...writing, method: 'post', path: '/shipping/zones', summary: 'Define a shipping zone', idempotency: 'optional', body: createZoneBody,
    description: 'Of several zones that contain an address the one that names it most exactly holds: postcode before region before country before the rest of the world.',
    responses: { 201: successOf(zoneReply), ...problems(400, 401, 403, 409, 413, 415, 422) },
    handle: async ({ body }, context) => {
      const zone = await methods.createZone(body, by(context));
      return { status: 201, location: `/shipping/zones/${zone.id}`, version: zone.version, body: success('Shipping zone defined.', zone) };
    },
  }),
  defineRoute({
    ...reading, method: 'get', path: '/shipping/zones/:id', summary: 'Show a shipping zone', params: idParams,
    responses: { 200: successOf(zoneReply), ...problems(400, 401, 403, 404) },
    handle: async ({ params }) => {
      const zone = await methods.getZone(params.id);
      return { status: 200, version: zone.version, body: success('Shipping zone.', zone) };
    },
  }),
  defineRoute({
    ...writing, method: 'patch', path: '/shipping/zones/:id', summary: 'Change a shipping zone', params: idParams, body: updateZoneBody,
    responses: { 200: successOf(zoneReply), ...problems(400, 401, 403, 404, 409, 412, 413, 415) },
    handle: async ({ params, body }, context) => {
      const zone = await methods.updateZone(params.id, body, by(context));
      return { status: 200, version: zone.version, body: success('Shipping zone changed.', zone) };
    },
  }),
  defineRoute({
    ...writing, method: 'delete', path: '/shipping/zones/:id', summary: 'Delete a shipping zone without methods', params: idParams,
    responses: { 200: gone, ...problems(400, 401, 403, 404, 409, 412) },
    handle: async ({ params }, context) => {
      await methods.deleteZone(params.id, by(context));
      return { status: 200, body: success('Shipping zone deleted.', { id: params.id }) };
    },
  }),
];

const rateRoutes = ({ methods, configured }: { methods: MethodsService; configured: ConfiguredRates }): Route[] => [
  defineRoute({
    ...reading, method: 'get', path: '/shipping/methods', summary: 'List shipping methods', query: methodListQuery,
    responses: { 200: pageOf(methodReply), ...problems(400, 401, 403) },
    handle: async ({ query: { zone_id: zoneId, ...query } }) => ({ status: 200, body: success('Shipping methods.', await methods.findMethods(zoneId === undefined ? {} : { zoneId }, query)) }),
  }),
  defineRoute({
    ...writing, method: 'post', path: '/shipping/methods', summary: 'Define a shipping method of a zone', idempotency: 'optional', body: createMethodBody,
    description: 'With the first active method the flat price for everywhere is no longer offered.',
    responses: { 201: successOf(methodReply), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
    handle: async ({ body }, context) => {
      const method = await methods.createMethod(body, by(context));
      return { status: 201, location: `/shipping/methods/${method.id}`, version: method.version, body: success('Shipping method defined.', method) };
    },
  }),
  defineRoute({
    ...reading, method: 'post', path: '/shipping/methods/preview', summary: 'What a parcel would cost by each method, and why a method is not offered', body: previewBody,
    responses: { 200: successOf(previewReply), ...problems(400, 401, 403, 413, 415) },
    handle: async ({ body: { subtotal, ...parcel } }) => ({ status: 200, body: success('Nothing was changed.', await configured.preview({ ...parcel, subtotal, currency: subtotal.currency })) }),
  }),
  defineRoute({
    ...reading, method: 'get', path: '/shipping/methods/:id', summary: 'Show a shipping method', params: idParams,
    responses: { 200: successOf(methodReply), ...problems(400, 401, 403, 404) },
    handle: async ({ params }) => {
      const method = await methods.getMethod(params.id);
      return { status: 200, version: method.version, body: success('Shipping method.', method) };
    },
  }),
  defineRoute({
    ...writing, method: 'patch', path: '/shipping/methods/:id', summary: 'Change a shipping method', params: idParams, body: updateMethodBody,
    responses: { 200: successOf(methodReply), ...problems(400, 401, 403, 404, 409, 412, 413, 415) },
    handle: async ({ params, body }, context) => {
      const method = await methods.updateMethod(params.id, body, by(context));
      return { status: 200, version: method.version, body: success('Shipping method changed.', method) };
    },
  }),
  defineRoute({
    ...writing, method: 'delete', path: '/shipping/methods/:id', summary: 'Delete a shipping method', params: idParams,
    responses: { 200: gone, ...problems(400, 401, 403, 404, 409, 412) },
    handle: async ({ params }, context) => {
      await methods.deleteMethod(params.id, by(context));
      return { status: 200, body: success('Shipping method deleted.', { id: params.id }) };
    },
  }),
];
