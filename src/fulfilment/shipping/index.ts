import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Route } from '../../shared/http/route.js';
import { ConfiguredRates } from './configured.js';
import { MethodRepository } from './methods.repository.js';
import { methodRoutes } from './methods.routes.js';
import { MethodsService } from './methods.service.js';
import { flatRates } from './shipping.js';
import { ShippingService, type Deliveries } from './shipping.service.js';

export { regionCode } from './shipping.js';
export type { MethodGroup, PickupLocation, ShippingContext, ShippingLine, ShippingMethod } from './shipping.js';
export type { Deliveries } from './shipping.service.js';
export type Shipping = ReturnType<typeof createShipping>;

type Deps = {
  connection: Connection; now: Clock; inTransaction: InTransaction; audit: RecordAudit;
  market: Readonly<{ flatShippingRates: Readonly<Record<string, number>> }>;
  deliveries: Deliveries;
};

export function createShipping({ connection, now, inTransaction, audit, market, deliveries }: Deps) {
  const rows = new MethodRepository(connection);
  const configured = new ConfiguredRates({ rows, askCarrier: async () => null });
  const service = new ShippingService({ flat: flatRates(market.flatShippingRates), configured, deliveries });
  const methods = new MethodsService({ rows, now, inTransaction, audit, forget: () => { configured.forget(); } });
  const routes: Route[] = [...methodRoutes({ methods, configured })];

  return {
    routes,
    methodsFor: service.methodsFor.bind(service),
    find: service.find.bind(service),
    resolve: service.resolve.bind(service),
  };
}
