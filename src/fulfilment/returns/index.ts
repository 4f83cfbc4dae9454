import type { Connection } from 'mongoose';
import type { Invariant } from '../../shared/invariant.js';
import type { Route } from '../../shared/http/route.js';
import { ReturnAuditRepository } from './returns-audit.repository.js';
import type { ReturnDeps } from './returns.deps.js';
import { returnInvariants } from './returns.invariants.js';
import { ReturnRepository } from './returns.repository.js';
import { returnRoutes } from './returns.routes.js';
import { ReturnService } from './returns.service.js';
import { receiveGoods } from './use-cases/receive-goods.js';
import { inspectReturn, refundReturn } from './use-cases/settle-return.js';

type Deps = Omit<ReturnDeps, 'returns'> & { connection: Connection };

export function createReturns({ connection, ...deps }: Deps) {
  const all: ReturnDeps = { ...deps, returns: new ReturnRepository(connection) };
  const service = new ReturnService(all);
  const routes: Route[] = returnRoutes(service, {
    receive: (id, receipt) => receiveGoods(all, service, id, receipt, []),
    inspect: (id, inspection) => inspectReturn(all, service, id, inspection),
    refund: (id, actor) => refundReturn(all, service, id, actor, { before: async () => {}, after: async () => {} }),
  });
  const invariants: Invariant[] = returnInvariants(new ReturnAuditRepository(connection));
  return { routes, invariants };
}
