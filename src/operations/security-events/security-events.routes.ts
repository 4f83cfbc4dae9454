import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { SecurityEventService } from './security-events.service.js';
import { securityEventAnswer, securityEventQuery, type SecurityEventQuery } from './security-events.schemas.js';

export function securityEventRoutes(events: Pick<SecurityEventService, 'list' | 'settled'>) {
  return [
    defineRoute<object, SecurityEventQuery>({
      method: 'get', path: '/admin/security-events', summary: 'Refused sign-ins, permissions and signatures, and changes of who may do what', tag: 'Audit', access: { permission: 'audit:read' },
      query: securityEventQuery, responses: { 200: securityEventAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        await events.settled();
        const { kind, user_id: userId, address, 'created_at[gte]': from, 'created_at[lte]': until } = query;
        const filter = { ...(kind !== undefined && { kind }), ...(userId !== undefined && { userId }), ...(address !== undefined && { address }), ...(from && { from }), ...(until && { until }) };
        return { status: 200, body: success('Security events.', await events.list(filter, query)) };
      },
    }),
  ];
}
