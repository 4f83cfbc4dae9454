import type { Invariant } from '../../shared/invariant.js';
import type { Route } from '../../shared/http/route.js';
import type { Schedule } from '../../shared/schedule.js';
import { adminRoutes } from './admin.routes.js';
import { AdminService, type AdminDeps } from './admin.service.js';

const HOUR_MS = 3_600_000;

/** Delivered within a minute of recovery, and nothing dead that nobody looked at. */
const events = ({ outbox }: AdminDeps): Invariant => ({
  name: 'events_delivered',
  check: async () => (await outbox.findOverdue(60_000)).map(({ id, type, state, reason }) => ({ invariant: 'events_delivered', subject: `event:${id}`, detail: `${type} is ${state}${reason ? `: ${reason}` : ''}` })),
});

/** `invariants` is asked for when they are checked, so that those of this module are among them. */
export function createAdmin(deps: AdminDeps): { routes: Route[]; schedules: Schedule[]; invariants: Invariant[] } {
  return {
    routes: adminRoutes(new AdminService(deps)),
    schedules: [{ name: 'cache-clean-up', everyMs: HOUR_MS, run: () => deps.cache.cleanUp() }],
    invariants: [events(deps)],
  };
}
