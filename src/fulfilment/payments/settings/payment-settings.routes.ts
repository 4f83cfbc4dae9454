import Joi from 'joi';
import { actorOf } from '../../../shared/http/caller.js';
import { defineRoute } from '../../../shared/http/route.js';
import { problems, success, successOf, timestamp } from '../../../shared/http/schemas.js';
import { CAPTURE_AT, type PaymentSettings } from './payment-settings.js';
import type { SettingsService } from './payment-settings.service.js';

type SettingsBody = Pick<PaymentSettings, 'capture'>;
const capture = () => Joi.string().valid(...CAPTURE_AT).required()
  .description('When the money of a card is taken. placement: with the order. shipment: authorised with the order, taken whole before its first parcel leaves. manual: authorised, taken by POST /orders/:id/captures.');
const settingsBody = Joi.object<SettingsBody, true>({ capture: capture() });
const settingsReply = Joi.object({ capture: capture(), version: Joi.number().integer().required(), changedAt: timestamp().allow(null).required() }).meta({ name: 'PaymentSettings' });
const present = ({ changedAt, ...settings }: PaymentSettings) => ({ ...settings, changedAt: changedAt?.toISOString() ?? null });

export function settingsRoutes(settings: SettingsService) {
  const common = { path: '/payments/settings', tag: 'Payments', access: { permission: 'payments:write' } } as const;
  return [
    defineRoute({
      ...common, method: 'get', summary: 'When the money of orders to come is taken',
      responses: { 200: successOf(settingsReply), ...problems(400, 401, 403) },
      handle: async () => {
        const current = await settings.current();
        return { status: 200, version: current.version, body: success('The payment settings.', present(current)) };
      },
    }),
    defineRoute({
      ...common, method: 'put', summary: 'Change when the money of orders to come is taken',
      description: 'Orders that are placed already keep what was agreed with their bank: what was only authorised is taken as these settings say when its goods leave. What is sent at once, like licence keys and files, is always paid at once.',
      body: settingsBody,
      responses: { 200: successOf(settingsReply), ...problems(400, 401, 403, 409, 412, 413, 415) },
      handle: async ({ body }: { body: SettingsBody }, { caller, ifMatch }) => {
        const changed = await settings.replace(body, { actor: actorOf(caller), ifMatch });
        return { status: 200, version: changed.version, body: success('The payment settings were changed.', present(changed)) };
      },
    }),
  ];
}
