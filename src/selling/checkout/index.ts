import type { Connection } from 'mongoose';
import type { CheckoutDeps } from './checkout.deps.js';
import { checkoutRoutes } from './checkout.routes.js';
import { CheckoutService } from './checkout.service.js';
import { demoRoutes } from './demo.routes.js';
import { OneClickTokenRepository } from './one-click.repository.js';
import { oneClickRoutes } from './one-click.routes.js';
import { OneClickService, type OneClickDeps } from './one-click.service.js';

export type { CheckoutDeps } from './checkout.deps.js';
export { createQuoteGoods } from './quote-goods.js';
export type { PaymentBody } from './checkout.schemas.js';
export type Checkout = ReturnType<typeof createCheckout>;

type Deps = CheckoutDeps & {
  connection: Connection; demo: { anySku(): Promise<string | null> } | null; oneClick: Omit<OneClickDeps, 'tokens' | 'now'>;
};

export function createCheckout({ connection, demo, oneClick: onFile, ...deps }: Deps) {
  const service = new CheckoutService(deps);
  const tokens = new OneClickTokenRepository(connection);
  const oneClick = new OneClickService({ ...onFile, now: deps.now, tokens }, deps);
  const routes = [...checkoutRoutes(service), ...oneClickRoutes(oneClick), ...(demo ? demoRoutes({ carts: deps.carts, checkout: service, ...demo }) : [])];
  /** The same service with some of its parts replaced: a draft instead of a cart. */
  const serviceWith = (own: Partial<CheckoutDeps>) => new CheckoutService({ ...deps, ...own });
  return { personalData: tokens.personalData, service, serviceWith, routes };
}
