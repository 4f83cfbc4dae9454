import { randomUUID } from 'node:crypto';
import { openNode } from '../../support/node.js';
import type { World } from '../../support/world.js';
import { ADDRESS, openShop, type Shop } from '../../support/shop.js';
import { TEN_PERCENT, promotionWords } from './promotion-shop.js';

const BUYERS = 60;
const USES = 7;
let shop: Shop;
let nodes: World[];

beforeAll(async () => {
  shop = await openShop();
  nodes = await Promise.all([openNode(shop), openNode(shop)]);
});
afterAll(async () => {
  for (const node of nodes) await node.close();
  await shop.close();
});

/** Within a node orders of one promotion take turns; here only the conditional writes decide. */
test(`${BUYERS} orders at two nodes and ${USES} uses left: exactly ${USES} redemptions`, async () => {
  const { running, counter } = promotionWords(shop);
  const { id } = await running({ ...TEN_PERCENT, code: 'SEVEN', limits: { uses: USES, budget: { EUR: 100_000 } } });
  const skus = await Promise.all(Array.from({ length: 10 }, async () => (await shop.given.variant({ price: 1000, stock: 100 })).sku));
  const carts = await Promise.all(Array.from({ length: BUYERS }, async (_, i) => {
    const { service } = shop.container.cart;
    const { cartToken } = await service.addLineItem({}, { sku: skus[i % skus.length]!, quantity: 1 });
    await service.addCoupon({ cartToken }, 'SEVEN');
    return cartToken!;
  }));

  const replies = await Promise.all(carts.map((token, i) => {
    return nodes[i % 2]!.call('post', '/orders', {
      headers: { 'x-cart-token': token, 'idempotency-key': randomUUID() },
      body: { email: `buyer${i}@example.com`, shippingAddress: ADDRESS, shippingMethod: 'standard', payment: { provider: 'offline' } },
    });
  }));

  expect(replies.filter(({ status }) => status === 201)).toHaveLength(USES);
  expect(replies.filter(({ status, body }) => status === 409 && body.code === 'coupon_exhausted')).toHaveLength(BUYERS - USES);
  expect(await counter(id)).toMatchObject({ uses: USES, spent: { EUR: USES * 100 } });
  expect(await shop.count('orders')).toBe(USES);
  expect(await shop.violations()).toEqual([]);
  expect(nodes.flatMap(({ defects }) => defects)).toEqual([]);
});

test('what is stopped at one node is stopped at the other within a second', async () => {
  const { running, stop, cart } = promotionWords(shop);
  const { id } = await running({ ...TEN_PERCENT, trigger: 'automatic' });
  const { sku } = await shop.given.variant({ price: 1000 });
  const { guest } = await shop.given.cart(sku);
  const discountAt = async (node: World) => (await node.call('get', '/cart', { headers: guest })).body.data.totals.discountTotal.amount as number;
  await new Promise((resolve) => { setTimeout(resolve, 1_000); });
  expect([await discountAt(nodes[0]!), await discountAt(nodes[1]!)]).toEqual([100, 100]);

  await stop(id);
  expect((await cart(guest)).totals.discountTotal.amount).toBe(0);
  await new Promise((resolve) => { setTimeout(resolve, 1_000); });

  expect([await discountAt(nodes[0]!), await discountAt(nodes[1]!)]).toEqual([0, 0]);
});
