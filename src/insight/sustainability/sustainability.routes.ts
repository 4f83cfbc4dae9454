import { orderOwnerOf, type OrderOwner } from '../../fulfilment/orders/index.js';
import { RuleViolation } from '../../shared/errors.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import { footprintHeaders, footprintParams, footprintReply, presentFootprint, reportQuery, reportReply, type FootprintHeaders, type FootprintParams, type ReportQuery } from './sustainability.schemas.js';
import type { SustainabilityService } from './sustainability.service.js';

const tag = 'Sustainability';
const DAY_MS = 86_400_000;
const MOST_DAYS = 1100;

class PeriodNotUsable extends RuleViolation {
  readonly code = 'period_not_usable';
  constructor() { super(`The period has to end after it begins and may be ${MOST_DAYS} days at most.`); }
}

type Deps = Readonly<{ service: SustainabilityService; /** Throws where this owner has no such order. */ getOrder(orderId: string, owner: OrderOwner): Promise<{ id: string }> }>;

export const sustainabilityRoutes = ({ service, getOrder }: Deps): Route[] => [
  defineRoute<FootprintParams, object, FootprintHeaders>({
    method: 'get', path: '/orders/:id/footprint', summary: 'What an order emits: each line, and the way it takes', tag, access: { scope: 'orders:read', user: 'optional' }, params: footprintParams, headers: footprintHeaders,
    description: 'Grams of CO2e. Computed shortly after the order is placed, and kept with the version of the factors; returned goods add their way back.',
    responses: { 200: successOf(footprintReply), ...problems(400, 401, 403, 404) },
    handle: async ({ params, headers }, { caller }) => {
      const { id } = await getOrder(params.id, orderOwnerOf(caller, headers));
      return { status: 200, body: success('The footprint of this order.', presentFootprint(await service.get(id))) };
    },
  }),
  defineRoute<object, ReportQuery>({
    method: 'get', path: '/sustainability/report', summary: 'What all orders of a period emitted', tag, access: { permission: 'orders:read' }, query: reportQuery,
    responses: { 200: successOf(reportReply), ...problems(400, 401, 403) },
    handle: async ({ query }) => {
      const [from, to] = [new Date(query.from), new Date(query.to)];
      if (to <= from || to.getTime() - from.getTime() > MOST_DAYS * DAY_MS) throw new PeriodNotUsable();
      return { status: 200, body: success('The footprint of all orders.', { unit: 'gCO2e', items: await service.report(from, to, query.by) }) };
    },
  }),
];
