import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { givenUser } from '../../support/given.js';
import { ADDRESS, euros, openShop, type Shop } from '../../support/shop.js';

type Mock = { url: string; answer: (body: any) => { status?: number; body?: unknown; afterMs?: number }; calls: any[]; close(): Promise<void> }; // eslint-disable-line @typescript-eslint/no-explicit-any -- what a foreign service is sent is what the test asserts

/** A service of somebody else, over real HTTP. */
async function foreign(answer: Mock['answer']): Promise<Mock> {
  const mock = { answer, calls: [] as unknown[] };
  const server: Server = createServer((req, res) => {
    let text = '';
    req.on('data', (part: Buffer) => { text += part.toString(); });
    req.on('end', () => {
      const sent = JSON.parse(text) as unknown;
      mock.calls.push(sent);
      const { status = 200, body = {}, afterMs = 0 } = mock.answer(sent);
      setTimeout(() => { res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)); }, afterMs);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => new Promise<void>((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); });
  return Object.assign(mock, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close });
}

const PARIS = { ...ADDRESS, city: 'Paris', postalCode: '75001', country: 'FR' };
const BERLIN = { ...ADDRESS, city: 'Berlin', postalCode: '10115', country: 'DE' };
const NEW_YORK = { ...ADDRESS, city: 'New York', region: 'NY', postalCode: '10001', country: 'US' };

let shop: Shop;
let vies: Mock;
let service: Mock;
let isAway = false;

beforeAll(async () => {
  vies = await foreign(({ vatNumber }) => (isAway
    ? { body: { actionSucceed: false, errorWrappers: [{ error: 'MS_UNAVAILABLE' }] } }
    : { body: { valid: vatNumber !== '83404833048', name: 'Somebody SA', requestIdentifier: 'WAPIAAAA1' } }));
  service = await foreign(({ lines }) => ({ body: { lines: lines.map(({ id }: { id: string }) => ({ id, taxes: [{ name: 'VAT', rateBps: 1000, jurisdiction: 'SVC' }] })), shipping: [{ name: 'VAT', rateBps: 0, jurisdiction: 'SVC' }] } }));
  shop = await openShop({ env: { TAX_MODE: 'table', DEFAULT_COUNTRY: 'DE', TAX_REGISTRATIONS: 'EU', TAX_VIES_URL: vies.url, TAX_ROUNDING: 'half_even', TAX_ROUNDING_LEVEL: 'order' } });
});
afterEach(() => { isAway = false; expect(shop.defects.splice(0)).toEqual([]); });
afterAll(async () => {
  await shop.close();
  await Promise.all([vies.close(), service.close()]);
});

const staff = () => ({ headers: shop.keys.secret });
const cartOf = async (price = 11900) => {
  const { sku } = await shop.given.variant({ price, stock: 50 });
  return { sku, ...await shop.given.cart(sku) };
};

test('staff enter, find, replace and remove rates; what is there twice, stale or not for them is refused and changes nothing', async () => {
  const fields = { country: 'US', region: 'NY', layer: 'state', name: 'New York State', rateBps: 400, validFrom: '2020-01-01T00:00:00.000Z' };
  const created = await shop.call('post', '/tax-rates', { ...staff(), body: fields });
  const { id } = created.body.data;
  const twice = await shop.call('post', '/tax-rates', { ...staff(), body: { ...fields, rateBps: 500 } });
  const list = await shop.call('get', '/tax-rates?country=US', staff());
  const replaced = await shop.call('put', `/tax-rates/${id}`, { headers: { ...shop.keys.secret, 'if-match': created.headers['etag'] as string }, body: { ...fields, rateBps: 487.5 } });
  const stale = await shop.call('put', `/tax-rates/${id}`, { headers: { ...shop.keys.secret, 'if-match': created.headers['etag'] as string }, body: fields });
  const guest = await shop.call('get', `/tax-rates/${id}`);
  const found = await shop.call('get', `/tax-rates/${id}`, staff());
  const removed = await shop.call('delete', `/tax-rates/${id}`, staff());
  const gone = await shop.call('delete', `/tax-rates/${id}`, staff());

  expect(created.status).toBe(201);
  expect(created.body.data).toMatchObject({ ...fields, category: 'standard', jurisdiction: 'US-NY', version: 1 });
  expect([twice.status, twice.body.code, list.body.data.total]).toEqual([409, 'tax_rate_exists', 1]);
  expect([replaced.body.data.rateBps, stale.status, guest.status, found.body.data.rateBps]).toEqual([487.5, 412, 401, 487.5]);
  expect([removed.status, gone.status, await shop.count('tax_rates')]).toEqual([200, 404, 0]);
});

test.each([
  { _case: 'no country', body: { country: 'EU' } }, { _case: 'a negative rate', body: { rateBps: -1 } }, { _case: 'three decimals', body: { rateBps: 1.001 } },
  { _case: 'an end before the beginning', body: { validTo: '2019-01-01' } }, { _case: 'an operator', body: { region: { $gt: '' } } },
])('a rate with $_case is refused', async ({ body }) => {
  const refused = await shop.call('post', '/tax-rates', { ...staff(), body: { country: 'DE', name: 'VAT', rateBps: 1900, validFrom: '2020-01-01', ...body } });

  expect([refused.status, await shop.count('tax_rates')]).toEqual([400, 0]);
});

test('a CSV file: a dry run names every wrong line and changes nothing; so does the import of a file with one, and a right one is all there', async () => {
  const send = (text: string, query = '') => fetch(`${shop.url}/api/v1/tax-rates/import/csv${query}`, { method: 'POST', headers: { ...shop.keys.secret, 'content-type': 'text/csv' }, body: text }).then(async (answer) => ({ status: answer.status, body: await answer.json() as Record<string, any> })); // eslint-disable-line @typescript-eslint/no-explicit-any
  const header = 'country,region,postalPrefix,layer,name,ratePercent,jurisdiction,validFrom\n';
  const good = 'US,NY,,state,State,4,US-NY,2020-01-01\nUS,NY,100,city,City,4.5,US-NY-NYC,2020-01-01\n"US",NY,100,mctd,"MCTD, surcharge",0.375,US-NY-MCTD,2020-01-01\n';
  const bad = `${header}US,NY,,state,State,4,US-NY,2020-01-01\r\n\r\nEU,,,vat,VAT,19,,2020-01-01\r\nDE,,,vat,VAT,nineteen,,yesterday\r\nUS,NY,,state,State,5,US-NY,2020-01-01\r\n`;

  const dry = await send(bad, '?dry_run=true');
  const refused = await send(bad);
  const noHeader = await send('US,NY\n');
  const empty = await send('');
  const emptyDry = await send('', '?dry_run=true');
  const unnamed = await send('""\n', '?dry_run=true');

  expect(dry.status).toBe(200);
  expect(dry.body['data']).toMatchObject({ dryRun: true, rows: 4, created: 1, updated: 0, errorsTotal: 4 });
  expect(dry.body['data'].errors.map(({ line, column }: { line: number; column?: string }) => [line, column ?? null])).toEqual([[4, 'country'], [5, 'ratePercent'], [5, 'validFrom'], [6, null]]);
  expect([refused.status, refused.body['code'], refused.body['errors'].map(({ pointer }: { pointer: string }) => pointer)]).toEqual([400, 'tax_rates_not_imported', ['#/body/line/4/country', '#/body/line/5/ratePercent', '#/body/line/5/validFrom', '#/body/line/6']]);
  expect([emptyDry.status, unnamed.status, unnamed.body['data'].errors[0].column]).toEqual([400, 200, '']);
  expect([noHeader.status, empty.status, await shop.count('tax_rates')]).toEqual([400, 400, 0]);

  expect((await send(`${header}${good}`, '?dry_run=true')).body['data']).toMatchObject({ rows: 3, created: 3, updated: 0, errors: [] });
  expect(await shop.count('tax_rates')).toBe(0);
  expect((await send(`\uFEFF${header}${good}`)).body['data']).toMatchObject({ dryRun: false, created: 3, updated: 0 });
  expect((await send(`${header}${good}`)).body['data']).toMatchObject({ created: 0, updated: 3 });
  expect((await shop.connection.collection('tax_rates').find().sort({ layer: 1 }).toArray()).map(({ name, rateBps, jurisdiction }) => [name, rateBps, jurisdiction])).toEqual([['City', 450, 'US-NY-NYC'], ['MCTD, surcharge', 37.5, 'US-NY-MCTD'], ['State', 400, 'US-NY']]);
  expect((await shop.call('post', '/tax-rates/import/csv', { headers: {} })).status).toBe(401);
  for (const { id } of (await shop.call('get', '/tax-rates', staff())).body.data.items as Array<{ id: string }>) await shop.call('delete', `/tax-rates/${id}`, staff());
});

test('an import is all or nothing, and holds for the next cart', async () => {
  const rates = [
    { country: 'US', region: 'NY', layer: 'state', name: 'State', rateBps: 400, validFrom: '2020-01-01' }, { country: 'US', region: 'NY', layer: 'city', postal: { from: '10001', to: '10292' }, name: 'City', rateBps: 450, validFrom: '2020-01-01' },
    { country: 'US', region: 'NY', layer: 'mctd', postal: { prefix: '100' }, name: 'MCTD', rateBps: 37.5, validFrom: '2020-01-01' },
  ];
  const broken = await shop.call('post', '/tax-rates/import', { ...staff(), body: { rates: [...rates, { country: 'US' }] } });
  const imported = await shop.call('post', '/tax-rates/import', { ...staff(), body: { rates } });
  const again = await shop.call('post', '/tax-rates/import', { ...staff(), body: { rates } });
  const { guest } = await cartOf(10_000);
  const cart = await shop.call('put', '/cart/addresses', { headers: guest, body: { shippingAddress: NEW_YORK } });

  expect([broken.status, imported.body.data, again.body.data, await shop.count('tax_rates')]).toEqual([400, { created: 3, updated: 0 }, { created: 0, updated: 3 }, 3]);
  // 8.875 % inside 100.00, rounded once
  expect(cart.body.data.totals).toMatchObject({ taxTotal: euros(815), grandTotal: euros(10_000) });
});

test('a business pays the net across a border, and the order keeps why, with the number, the mode and the level', async () => {
  const { guest } = await cartOf();
  await shop.call('put', '/cart/addresses', { headers: guest, body: { shippingAddress: PARIS } });

  const cart = await shop.call('put', '/cart/vat-id', { headers: guest, body: { vatId: 'fr 40 303 265 045' } });
  const order = await shop.order(guest, { shippingAddress: PARIS });

  expect(cart.body.data.vatId).toEqual({ number: 'FR40303265045', country: 'FR', status: 'valid' });
  expect(cart.body.data.totals.grandTotal).toEqual(euros(10_000));
  expect(order.status).toBe(201);
  expect(order.body.data).toMatchObject({
    totals: { taxTotal: euros(0), grandTotal: euros(10_412) }, flags: [], vatId: { number: 'FR40303265045', country: 'FR', status: 'valid' }, rounding: { mode: 'half_even', level: 'order' },
    items: [{ taxRateBps: 0, taxes: [{ rateBps: 0, jurisdiction: 'FR', reason: 'reverse_charge', amount: euros(0) }] }], shippingCharge: { taxes: [{ reason: 'reverse_charge' }] },
  });
  expect(await shop.connection.collection('vat_checks').findOne({ _id: 'FR40303265045' as never })).toMatchObject({ status: 'valid', consultation: 'WAPIAAAA1' });

  // Its invoice names who owes the tax.
  expect((await shop.call('put', `/orders/${order.body.data.id as string}/status`, { ...staff(), body: { status: 'shipped' } })).status).toBe(200);
  await shop.runEvents();
  const [invoice] = (await shop.call('get', `/orders/${order.body.data.id as string}/documents`, staff())).body.data.items;
  expect(invoice).toMatchObject({ kind: 'invoice', buyerVatId: 'FR40303265045', totals: { gross: euros(10_412), tax: euros(0), taxes: [{ rateBps: 0, jurisdiction: 'FR', reason: 'reverse_charge' }] } });
  expect(JSON.stringify(await shop.connection.collection('invoices').findOne({ number: invoice.number }))).not.toContain('FR40303265045');
});

test('a number that is none, or that the register does not know, is refused and the cart stays as it was', async () => {
  const { guest } = await cartOf();
  const [malformed, unknown] = [await shop.call('put', '/cart/vat-id', { headers: guest, body: { vatId: 'DE123' } }), await shop.call('put', '/cart/vat-id', { headers: guest, body: { vatId: 'FR83404833048' } })];
  const cart = await shop.call('get', '/cart', { headers: guest });

  expect([malformed.status, malformed.body.code, malformed.body.reason]).toEqual([400, 'vat_id_invalid', 'format']);
  expect([unknown.status, unknown.body.code, unknown.body.reason]).toEqual([400, 'vat_id_invalid', 'unknown']);
  expect([cart.body.data.vatId, cart.body.data.version]).toEqual([undefined, 1]);
});

test('while the register is away a number is unverified: tax is charged, the order is flagged; once it is back the next look makes it count', async () => {
  const { guest } = await cartOf();
  await shop.call('put', '/cart/addresses', { headers: guest, body: { shippingAddress: PARIS } });
  isAway = true;

  const cart = await shop.call('put', '/cart/vat-id', { headers: guest, body: { vatId: 'FR61954506077' } });
  const order = await shop.order(guest, { shippingAddress: PARIS });
  isAway = false;
  shop.clock.offsetMs += 120_000;
  await new Promise((resolve) => { setTimeout(resolve, 950); });
  const { guest: next } = await cartOf();
  await shop.call('put', '/cart/addresses', { headers: next, body: { shippingAddress: PARIS } });
  const back = await shop.call('put', '/cart/vat-id', { headers: next, body: { vatId: 'FR61954506077' } });
  const privately = await shop.call('put', '/cart/vat-id', { headers: next, body: { vatId: null } });

  expect(cart.body.data).toMatchObject({ vatId: { status: 'unverified' }, totals: { grandTotal: euros(11_900) } });
  expect(order.body.data).toMatchObject({ flags: ['vat_id_unverified'], vatId: { status: 'unverified' }, items: [{ taxes: [{ rateBps: 2000, jurisdiction: 'FR' }] }] });
  expect(back.body.data).toMatchObject({ vatId: { status: 'valid' }, totals: { grandTotal: euros(10_000) } });
  expect([privately.body.data.vatId, privately.body.data.totals.grandTotal]).toEqual([undefined, euros(11_900)]);
});

test('staff exempt a customer, whose orders bear no tax and say why', async () => {
  const user = await givenUser(shop);
  const { sku } = await shop.given.variant({ price: 11900 });
  const [{ id }] = (await shop.call('get', `/customers?email=${encodeURIComponent(user.email)}`, staff())).body.data.items;
  const exempted = await shop.call('patch', `/customers/${id}`, { ...staff(), body: { taxExemption: 'diplomatic mission' } });
  await new Promise((resolve) => { setTimeout(resolve, 950); });
  await shop.call('post', '/cart/items', { headers: user.headers, body: { sku } });

  const order = await shop.order(user.headers, { shippingAddress: BERLIN });

  expect(exempted.status).toBe(200);
  expect(order.body.data).toMatchObject({ totals: { subtotal: euros(10_000), taxTotal: euros(0), grandTotal: euros(10_412) }, items: [{ taxes: [{ reason: 'diplomatic mission' }] }] });
  expect(await shop.violations()).toEqual([]);
});

test("the VAT ID of an account counts without entering it again", async () => {
  const user = await givenUser(shop);
  const { sku } = await shop.given.variant({ price: 11900 });
  const [{ id }] = (await shop.call('get', `/customers?email=${encodeURIComponent(user.email)}`, staff())).body.data.items;
  await shop.call('patch', `/customers/${id}`, { ...staff(), body: { vatId: 'ATU33864707' } });
  await new Promise((resolve) => { setTimeout(resolve, 950); });
  await shop.call('post', '/cart/items', { headers: user.headers, body: { sku } });

  const order = await shop.order(user.headers, { shippingAddress: { ...ADDRESS, city: 'Wien', postalCode: '1010', country: 'AT' } });

  expect(order.body.data).toMatchObject({ vatId: { number: 'ATU33864707', country: 'AT', status: 'valid' }, totals: { taxTotal: euros(0), grandTotal: euros(10_412) } });
});

test('with tables in memory an order costs no more round trips than with one rate', async () => {
  const { guest } = await cartOf();
  await shop.call('get', '/cart', { headers: guest });
  const reads: string[] = [];
  const watch = ({ commandName, command }: { commandName: string; command: Record<string, unknown> }) => { if (/^(tax_|vat_)/.test(String(command[commandName]))) reads.push(String(command[commandName])); };
  shop.connection.getClient().on('commandStarted', watch);

  for (let look = 0; look < 10; look++) await shop.call('get', '/cart', { headers: guest });
  await shop.order(guest, { shippingAddress: BERLIN });
  shop.connection.getClient().off('commandStarted', watch);

  // At most once a second, whatever is asked.
  expect(reads.filter((name) => name !== 'tax_rate_revisions')).toEqual([]);
  expect(reads.length).toBeLessThanOrEqual(4);
});

describe('with a tax service', () => {
  let served: Shop;
  beforeAll(async () => {
    served = await openShop({ env: { TAX_MODE: 'table', DEFAULT_COUNTRY: 'DE', TAX_PROVIDER_URL: service.url, TAX_PROVIDER_SECRET: 'a-secret-of-the-tax-service', TAX_TIMEOUT_MS: '300' } });
  });
  afterAll(async () => { await served.close(); });
  const answer = (lines: Array<{ id: string }>, rateBps: number) => ({ body: { lines: lines.map(({ id }) => ({ id, taxes: [{ name: 'VAT', rateBps, jurisdiction: 'SVC' }] })), shipping: [{ name: 'VAT', rateBps, jurisdiction: 'SVC' }] } });
  const order = async () => {
    const { sku } = await served.given.variant({ price: 11900 });
    const { guest } = await served.given.cart(sku);
    return served.order(guest, { shippingAddress: BERLIN });
  };

  test('what it says is charged', async () => {
    service.answer = ({ lines }) => answer(lines, 1000);

    const placed = await order();

    expect(placed.body.data).toMatchObject({ flags: [], items: [{ taxes: [{ rateBps: 1000, jurisdiction: 'SVC', amount: euros(1082) }] }] });
    expect(service.calls.at(-1)).toMatchObject({ from: 'DE', currency: 'EUR', pricesIncludeTax: true, place: { country: 'DE', postalCode: '10115' }, lines: [{ amount: 11900, quantity: 1, category: 'standard' }], shipping: 490 });
  });

  test.each([
    { _case: 'silent', reply: () => ({ afterMs: 600 }) }, { _case: 'broken', reply: () => ({ status: 500 }) }, { _case: 'talking nonsense', reply: () => ({ body: { lines: [], shipping: [] } }) },
  ])('while it is $_case the tables hold, the order is flagged, and later the difference is written down and nobody charged', async ({ reply }) => {
    service.answer = reply;
    served.clock.offsetMs += 10_000;

    const placed = await order();
    const { id } = placed.body.data;
    const open = await served.call('get', '/tax/true-ups?state=open', { headers: served.keys.secret });
    served.clock.offsetMs += 61_000;
    await served.container.tax.trueUpEstimates();
    service.answer = ({ lines }) => answer(lines, 700);
    served.clock.offsetMs += 200_000;
    await served.container.tax.trueUpEstimates();
    await served.container.tax.trueUpEstimates();
    const settled = await served.call('get', '/tax/true-ups?state=settled', { headers: served.keys.secret });
    const after = await served.call('get', `/orders/${id}`, { headers: served.keys.secret });

    expect(placed.body.data).toMatchObject({ flags: ['tax_estimated'], items: [{ taxes: [{ rateBps: 1900, jurisdiction: 'DE', amount: euros(1900) }] }], totals: { taxTotal: euros(1978) } });
    expect(open.body.data.items[0]).toMatchObject({ orderId: id, state: 'open', charged: euros(1978) });
    // 119.00 hold 7.79 at 7 %, 4.90 hold 0.32
    expect(settled.body.data.items[0]).toMatchObject({ orderId: id, state: 'settled', charged: euros(1978), exact: euros(811), difference: { amount: -1167, currency: 'EUR' } });
    expect(after.body.data.totals).toEqual(placed.body.data.totals);
    expect((await served.events()).filter(({ type, aggregateId }) => type === 'tax.trued_up' && aggregateId === id)).toHaveLength(1);
    expect(served.defects.splice(0)).toEqual([]);
  });
});
