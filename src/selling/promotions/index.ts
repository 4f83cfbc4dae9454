import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { vaultOf } from '../../shared/db/personal.js';
import { PROMOTION_CUSTOMERS } from '../../shared/db/sealing-state.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { Route } from '../../shared/http/route.js';
import type { Buyer } from '../../shared/buyer.js';
import type { Offers } from '../cart/index.js';
import { CodeRepository } from './codes.repository.js';
import { codeRoutes } from './codes.routes.js';
import { CodesService } from './codes.service.js';
import { LivePromotions, type Buying } from './live.service.js';
import { promotionInvariants } from './promotions.invariants.js';
import { PromotionRepository } from './promotions.repository.js';
import { promotionRoutes } from './promotions.routes.js';
import { PromotionService } from './promotions.service.js';
import { RedemptionService } from './redemption.service.js';
import { RedemptionRepository } from './redemptions.repository.js';
import { SimulationService } from './simulation.service.js';
import { TraceService, type TracedOrder } from './trace.service.js';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';

export { CouponExhausted, EXHAUSTED } from './promotions.errors.js';

type Deps = {
  connection: Connection; now: Clock; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; audit: RecordAudit;
  categoriesAbove(ids: readonly string[]): Promise<readonly string[]>;
  findOffers(skus: readonly string[], currency: string, buyer: Buyer): Promise<Offers>;
  /** What only orders know; they are made after the cart. */
  orders: {
    hasOrdered(buying: Buying): Promise<boolean>;
    getOrder(orderId: string): Promise<TracedOrder>;
    existing(orderIds: readonly string[]): Promise<ReadonlySet<string>>;
    /** Orders that were given something, in id order. */
    promotedAfter(after: string | null, limit: number): Promise<ReadonlyArray<{ id: string; stands: boolean; promotionIds: readonly string[] }>>;
  };
};

export function createPromotions({ connection, now, outbox, inTransaction, audit, categoriesAbove, findOffers, orders }: Deps) {
  const promotions = new PromotionRepository(connection);
  const codes = new CodeRepository(connection);
  const redemptions = new RedemptionRepository(connection);
  const usages = new UsageRepository(connection);

  const mark = (hash: string) => vaultOf(connection).keyed(PROMOTION_CUSTOMERS, hash);
  const live = new LivePromotions({ mark, promotions, codes, redemptions, now, categoriesAbove, hasOrdered: orders.hasOrdered });
  const codesService = new CodesService({ codes, promotions, inTransaction, audit, now });
  const service = new PromotionService({ promotions, redemptions, codes: codesService, live, inTransaction, audit, now });
  const usage = new UsageService({ promotions, redemptions, codes, usages });
  const simulation = new SimulationService({ live, codes, findOffers, now });
  const traces = new TraceService({ redemptions, getOrder: orders.getOrder });
  const redeeming = new RedemptionService({ mark, live, codes, redemptions, outbox, now });
  const routes: Route[] = [...promotionRoutes({ promotions: service, simulation, usage, traces, now }), ...codeRoutes({ codes: codesService, usage })];

  return {
    personalData: redemptions.personalData, routes, invariants: promotionInvariants(usages, orders),
    create: service.create.bind(service),
    become: service.become.bind(service),
    promote: live.promote.bind(live),
    requireCoupon: live.requireCoupon.bind(live),
    redeem: redeeming.redeem.bind(redeeming),
    giveBack: redeeming.giveBack.bind(redeeming),
    takeAgain: redeeming.takeAgain.bind(redeeming),
  };
}
