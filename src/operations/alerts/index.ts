import type { Connection } from 'mongoose';
import type { Subscriber } from '../../shared/events/outbox.js';
import { ALERTED_EVENTS } from './alerts.js';
import { AlertRepository } from './alerts.repository.js';
import { alertRoutes } from './alerts.routes.js';
import { AlertService, type AlertDeps } from './alerts.service.js';

export function createAlerts({ connection, ...deps }: Omit<AlertDeps, 'alerts'> & { connection: Connection }) {
  const service = new AlertService({ ...deps, alerts: new AlertRepository(connection) });
  const subscribers: Subscriber[] = [{ name: 'alerts', on: ALERTED_EVENTS, handle: (event) => service.hear(event) }];
  return { routes: alertRoutes(service), subscribers };
}
