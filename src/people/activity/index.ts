import type { Connection } from 'mongoose';
import { ActivityRepository } from './activity.repository.js';
import { activityRoutes } from './activity.routes.js';
import { ActivityService } from './activity.service.js';

export function createActivity({ connection }: { connection: Connection }) {
  const service = new ActivityService({ activity: new ActivityRepository(connection) });
  return { routes: activityRoutes(service), subscribers: [service.subscriber] };
}
