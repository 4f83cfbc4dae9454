import { actorOf } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { Alert } from './alerts.js';
import { acknowledgeBody, alertAnswer, alertPage, alertParams, alertQuery, type AcknowledgeBody, type AlertParams, type AlertQuery } from './alerts.schemas.js';
import type { AlertService } from './alerts.service.js';

export function alertRoutes(alerts: AlertService) {
  return [
    defineRoute<object, AlertQuery>({
      method: 'get', path: '/admin/alerts', summary: 'What needs somebody: low stock, orders without a supplier, payments that are late, wrong or disputed', tag: 'Alerts', access: { permission: 'alerts:read' },
      query: alertQuery, responses: { 200: alertPage, ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await alerts.list(query, query);
        return { status: 200, body: success('Alerts.', { ...page, items: page.items.map(presentAlert) }) };
      },
    }),
    defineRoute<AlertParams, object, object, AcknowledgeBody>({
      method: 'post', path: '/admin/alerts/:id/acknowledgement', summary: 'Say that somebody sees to it', tag: 'Alerts', access: { permission: 'alerts:write' },
      params: alertParams, body: acknowledgeBody, responses: { 200: alertAnswer, ...problems(400, 401, 403, 404, 409, 413, 415) },
      handle: async ({ params, body }, { caller }) => ({ status: 200, body: success('Somebody sees to it.', presentAlert(await alerts.acknowledge(params.id, actorOf(caller), body.note))) }),
    }),
  ];
}

const presentAlert = ({ at, acknowledgedAt, ...alert }: Alert) => ({ ...alert, at: at.toISOString(), ...(acknowledgedAt && { acknowledgedAt: acknowledgedAt.toISOString() }) });
