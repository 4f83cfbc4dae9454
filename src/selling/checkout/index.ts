import type { CheckoutDeps } from './checkout.deps.js';
import { checkoutRoutes } from './checkout.routes.js';
import { CheckoutService } from './checkout.service.js';
import { demoRoutes } from './demo.routes.js';

type Deps = CheckoutDeps & { demo: { anySku(): Promise<string | null> } | null };

export function createCheckout({ demo, ...deps }: Deps) {
  const service = new CheckoutService(deps);
  const routes = [...checkoutRoutes(service), ...(demo ? demoRoutes({ carts: deps.carts, checkout: service, ...demo }) : [])];
  return { service, routes };
}
