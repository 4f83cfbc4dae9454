import { randomUUID } from 'node:crypto';
import { sha256 } from '../../shared/crypto/tokens.js';
import { defineRoute } from '../../shared/http/route.js';
import { problems, successOf } from '../../shared/http/schemas.js';
import { RuleViolation } from '../../shared/errors.js';
import { actorOf } from '../../shared/http/caller.js';
import { orderReply } from '../../fulfilment/orders/index.js';
import type { CheckoutDeps } from './checkout.deps.js';
import { noBody } from './checkout.schemas.js';
import type { CheckoutService } from './checkout.service.js';

class NothingToSell extends RuleViolation {
  readonly code = 'nothing_to_sell';
  constructor() { super('The catalogue has nothing in stock. Run npm run seed first.'); }
}

const ADDRESS = { firstName: 'Ada', lastName: 'Lovelace', line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' };

/** Development only: the whole purchase in one call, through the same services as any other. */
export function demoRoutes(deps: Pick<CheckoutDeps, 'carts'> & { checkout: CheckoutService; anySku(): Promise<string | null> }) {
  return [
    defineRoute({
      method: 'post', path: '/demo/quick-order', summary: 'Buy something, to see that it works (development only)', tag: 'Demo',
      access: { scope: 'checkout:write' }, body: noBody,
      responses: { 201: successOf(orderReply), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
      handle: async (_input, { caller }) => {
        const sku = await deps.anySku();
        if (sku === null) throw new NothingToSell();
        const { cartToken } = await deps.carts.addLineItem({}, { sku, quantity: 1 });
        const key = sha256(randomUUID());
        return deps.checkout.place({
          shopper: { cartToken }, userEmail: undefined, actor: actorOf(caller), idempotency: { id: key, fingerprint: key },
          body: { email: 'ada@example.com', shippingAddress: ADDRESS, shippingMethod: 'standard', payment: { provider: 'offline' } },
        });
      },
    }),
  ];
}
