import type { Connection } from 'mongoose';
import { ActivityRepository } from './activity.repository.js';
import { activityRoutes } from './activity.routes.js';
import { ActivityService } from './activity.service.js';

export function createActivity({ connection }: { connection: Connection }) {
  const activity = new ActivityRepository(connection);
  const service = new ActivityService({ activity });
  return { personalData: activity.personalData, routes: activityRoutes(service), subscribers: [service.subscriber] };
}
