import type { Connection } from 'mongoose';
import type { Subscriber } from '../../shared/events/outbox.js';
import type { Route } from '../../shared/http/route.js';
import type { Invariant } from '../../shared/invariant.js';
import type { OrderOrigin } from '../orders/index.js';
import { claimRoutes, exchangeRoutes } from './cases.routes.js';
import { ClaimRepository } from './claims.repository.js';
import { ClaimService } from './claims.service.js';
import { ExchangeRepository } from './exchanges.repository.js';
import { ExchangeService } from './exchanges.service.js';
import { ReturnAuditRepository } from './returns-audit.repository.js';
import type { ReturnDeps } from './returns.deps.js';
import { returnInvariants } from './returns.invariants.js';
import { ReturnRepository } from './returns.repository.js';
import { returnRoutes } from './returns.routes.js';
import { ReturnService } from './returns.service.js';
import { receiveGoods } from './use-cases/receive-goods.js';
import { receiveLateParts } from './use-cases/receive-late-parts.js';
import { inspectReturn, refundReturn, type RefundHooks } from './use-cases/settle-return.js';

type Deps = Omit<ReturnDeps, 'returns'> & { connection: Connection; orderIdsOf(userId: string): Promise<string[]> };

const FOLLOW = 'returns.replacementEnded';

export function createReturns({ connection, orderIdsOf, ...deps }: Deps) {
  const returns = new ReturnRepository(connection);
  const all: ReturnDeps = { ...deps, returns };
  const service = new ReturnService(all);
  const exchanges = new ExchangeService({ ...all, exchanges: new ExchangeRepository(connection) }, service);
  const claimRows = new ClaimRepository(connection, orderIdsOf);
  const claims = new ClaimService({ ...all, claims: claimRows }, service);
  service.onEnded((goods, actor) => exchanges.onReturnEnded(goods, actor));
  service.onEnded((goods) => claims.onReturnEnded(goods));

  const hooks: RefundHooks = {
    carriedBy: (goods) => exchanges.carriedBy(goods),
    after: async (goods) => {
      await exchanges.onRefunded(goods);
      await claims.onRefunded(goods);
    },
  };
  const routes: Route[] = [
    ...returnRoutes(service, {
      receive: (id, receipt) => receiveGoods(all, service, id, receipt, [(goods, actor) => exchanges.onReceived(goods, actor)]),
      receiveParts: (id, parts) => receiveLateParts(all, service, id, parts),
      inspect: (id, inspection) => inspectReturn(all, service, id, inspection),
      refund: (id, refund) => refundReturn(all, service, id, refund, hooks),
    }),
    ...exchangeRoutes(exchanges), ...claimRoutes(claims),
  ];
  const subscribers: Subscriber[] = [{
    name: FOLLOW, on: ['order.cancelled', 'order.expired'], handle: (event) => deps.outbox.once(event, FOLLOW, () => exchanges.onReplacementEnded(event)),
  }];
  /** Whether an exchange or a claim is over: goods and money of it are where they belong. */
  const isSettled = async ({ type, id }: OrderOrigin): Promise<boolean> => (type === 'exchange'
    ? (await exchanges.get(id, { staff: true })).exchange.state === 'completed' : (await claims.get(id, { staff: true })).state === 'resolved');
  const invariants: Invariant[] = returnInvariants(new ReturnAuditRepository(connection));
  return { isSettled, personalData: [returns.personalData, claimRows.personalData], routes, subscribers, invariants };
}
