import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import { later, type Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { ReportError } from '../../shared/http/problem.js';
import type { Route } from '../../shared/http/route.js';
import type { Invariant } from '../../shared/invariant.js';
import { createKeyedQueue } from '../../shared/keyed-queue.js';
import type { Schedule } from '../../shared/schedule.js';
import { createCarrierPrices } from './carriers/carrier-prices.js';
import { carriersOf, webhooksOf, type CarrierConfig } from './carriers/registry.js';
import { ConfiguredRates } from './configured.js';
import { LabelRepository } from './labels/labels.repository.js';
import { labelRoutes } from './labels/labels.routes.js';
import { LabelService } from './labels/labels.service.js';
import { ParcelFinder } from './labels/parcel-finder.js';
import { MethodRepository } from './methods.repository.js';
import { methodRoutes } from './methods.routes.js';
import { MethodsService } from './methods.service.js';
import { PickupRepository } from './pickup/pickups.repository.js';
import { pickupRoutes } from './pickup/pickups.routes.js';
import { PickupService } from './pickup/pickups.service.js';
import type { HoldsOf, ShippingOrders, VariantsOf } from './shipping.deps.js';
import { flatRates } from './shipping.js';
import { ShippingService, type Deliveries } from './shipping.service.js';
import { TrackingRepository } from './tracking/tracking.repository.js';
import { carrierWebhookRoutes, trackingRoutes } from './tracking/tracking.routes.js';
import { TrackingService } from './tracking/tracking.service.js';

export type { ShippingContext, ShippingLine, ShippingMethod } from './shipping.js';
export type Shipping = ReturnType<typeof createShipping>;

type Deps = {
  connection: Connection; now: Clock; inTransaction: InTransaction; outbox: Pick<Outbox, 'record' | 'once'>; audit: RecordAudit; report: ReportError;
  market: Readonly<{ flatShippingRates: Readonly<Record<string, number>> }>;
  config: CarrierConfig; deliveries: Deliveries; holdsOf: HoldsOf;
  /** From it the codes of pick-ups are derived, so that they need not be stored. */
  deriveSecret: (purpose: string) => string;
};
type Neighbours = { orders: ShippingOrders; variantsOf: VariantsOf };

const LEFT_OVERS_MS = 10_000;
const STUCK_MS = 60_000;

export function createShipping({ connection, now, inTransaction, outbox, audit, report, market, config, deliveries, holdsOf, deriveSecret }: Deps) {
  let neighbours: Neighbours | undefined;
  const orders = () => neighbours!.orders;
  const queue = createKeyedQueue();
  const { sites } = deliveries;

  const carriers = carriersOf(config);
  const methodRows = new MethodRepository(connection);
  const configured = new ConfiguredRates({ rows: methodRows, askCarrier: createCarrierPrices({ carriers, timeoutMs: config.timeoutMs, now, sites, senderName: config.senderName }) });
  const service = new ShippingService({ flat: flatRates(market.flatShippingRates), configured, deliveries });
  const methods = new MethodsService({ rows: methodRows, now, inTransaction, audit, forget: () => { configured.forget(); } });

  const trackingRows = new TrackingRepository(connection);
  const tracking = new TrackingService({ rows: trackingRows, readers: webhooksOf(config), outbox, inTransaction, now, queue, deliverTracked: (number, actor) => orders().fulfilments.deliverTracked(number, actor) });
  const pickupRows = new PickupRepository(connection);
  const pickups = new PickupService({ rows: pickupRows, inTransaction, outbox, now, report, deriveSecret, orders, holdsOf });
  const labelRows = new LabelRepository(connection);
  const parcels = new ParcelFinder({ orders, variantsOf: (skus) => neighbours!.variantsOf(skus), sites, senderName: config.senderName });
  const labels = new LabelService({ rows: labelRows, carriers, parcels, orders, inTransaction, outbox, audit, queue, now, report });

  const routes: Route[] = [...methodRoutes({ methods, configured }), ...trackingRoutes({ tracking, orders }), ...pickupRoutes({ pickups }), ...labelRoutes({ labels })];
  const schedules: Schedule[] = [
    { name: 'finish-pickups', everyMs: LEFT_OVERS_MS, run: () => pickups.finishLeftOvers() },
    { name: 'settle-labels', everyMs: LEFT_OVERS_MS, run: () => labels.settleLeftOvers() },
  ];
  const names = { milestones: 'shipping.milestones_told_once', labels: 'shipping.one_label_per_parcel', pickups: 'shipping.collected_is_handed_over' };
  const invariants: Invariant[] = [
    { name: names.milestones, check: () => trackingRows.findUntold(names.milestones) },
    { name: names.labels, check: () => labelRows.findDoubled(names.labels) },
    { name: names.pickups, check: () => pickupRows.findStuck(names.pickups, later(now(), -STUCK_MS)) },
  ];

  return {
    routes, rootRoutes: carrierWebhookRoutes({ tracking }), schedules, invariants, subscribers: tracking.subscribers(),
    methodsFor: service.methodsFor.bind(service),
    find: service.find.bind(service),
    resolve: service.resolve.bind(service),
    /** Inside the transaction that makes an order which is picked up. */
    planPickup: pickups.plan.bind(pickups),
    /** What the customer shows to get the goods. */
    pickupCodeOf: pickups.codeOf.bind(pickups),
    /** Orders and catalogue are made after delivery, which they need. */
    meet(others: Neighbours): void { neighbours = others; },
  };
}
