import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSimulatorConfig } from '../../../config/simulator.js';
import { verifyWebhook, webhookSecret } from '../../../src/shared/crypto/standard-webhooks.js';
import { SIMULATOR_SECRET, startSimulator, type Simulator } from '../../support/simulator.js';

let simulator: Simulator;
beforeEach(async () => { simulator = await startSimulator({ settlesAfterMs: 50 }); });
afterEach(() => simulator.close());

type Body = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- what an answer holds is what the test asserts
async function call(method: string, path: string, body?: object, { key, secret = SIMULATOR_SECRET }: { key?: string; secret?: string } = {}) {
  const answer = await fetch(simulator.url + path, {
    method, headers: { authorization: `Bearer ${secret}`, ...(key !== undefined && { 'idempotency-key': key }) }, ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() as Body, retryAfter: answer.headers.get('retry-after') };
}
const charge = (token = 'ok', { key = `o-${token}:1`, amount = 5000, capture = true } = {}) =>
  call('POST', '/v1/payments', { orderId: `o-${token}`, amount, currency: 'EUR', token, capture }, { key });

test('the same key and request is one payment with one answer; another request under it is refused', async () => {
  const [first, second] = [await charge(), await charge()];

  expect(first.status).toBe(201);
  expect(second.body).toEqual(first.body);
  expect(await charge('ok', { amount: 6000 })).toMatchObject({ status: 422, body: { error: { code: 'idempotency_key_reused' } } });
  expect(simulator.ledger.report().charges).toHaveLength(1);
});

test.each([
  { _case: 'without the secret', run: () => call('POST', '/v1/payments', {}, { key: 'k', secret: 'wrong' }), status: 401, code: 'unauthorised' },
  { _case: 'without a key', run: () => call('POST', '/v1/payments', { orderId: 'o', amount: 1, currency: 'EUR', token: 'ok' }), status: 400, code: 'idempotency_key_required' },
  { _case: 'with a card number', run: () => charge('4242424242424242'), status: 400, code: 'card_number_refused' },
  { _case: 'with an unknown token', run: () => charge('gold'), status: 400, code: 'token_unknown' },
  { _case: 'for nothing', run: () => charge('ok', { amount: 0 }), status: 400, code: 'invalid' },
  { _case: 'of half a cent', run: () => charge('ok', { amount: 0.5 }), status: 400, code: 'invalid' },
  { _case: 'somewhere else', run: () => call('GET', '/v2/payments'), status: 404, code: 'not_found' },
])('a charge $_case is refused', async ({ run, status, code }) => {
  expect(await run()).toMatchObject({ status, body: { error: { code } } });
  expect(simulator.ledger.all()).toEqual([]);
});

test('more than was authorised is not captured, more than was captured is not refunded', async () => {
  const { body: { id } } = await charge('ok', { capture: false });

  const captures = [await call('POST', `/v1/payments/${id}/capture`, { amount: 5001 }, { key: 'c1' }), await call('POST', `/v1/payments/${id}/capture`, { amount: 3000 }, { key: 'c2' }), await call('POST', `/v1/payments/${id}/capture`, { amount: 2001 }, { key: 'c3' })];
  expect(captures.map(({ status }) => status)).toEqual([409, 201, 409]);
  const refunds = [await call('POST', `/v1/payments/${id}/refunds`, { amount: 3001 }, { key: 'r1' }), await call('POST', `/v1/payments/${id}/refunds`, { amount: 1000 }, { key: 'r2' }), await call('POST', `/v1/payments/${id}/refunds`, { amount: 1000 }, { key: 'r2' }), await call('POST', `/v1/payments/${id}/refunds`, { amount: 2001 }, { key: 'r3' })];
  expect(refunds.map(({ status }) => status)).toEqual([409, 201, 201, 409]);
  expect(await call('POST', `/v1/payments/${id}/void`, {}, { key: 'v' })).toMatchObject({ status: 409, body: { error: { code: 'already_captured' } } });
  expect((await call('GET', '/v1/ledger')).body['totals']).toEqual({ captured: { EUR: 3000 }, refunded: { EUR: 1000 }, disputed: {} });
});

test('its books outlive the process when they have a journal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  const journal = join(folder, 'journal.jsonl');
  const first = await startSimulator({ journal });
  const post = (url: string) => fetch(`${url}/v1/payments`, { method: 'POST', headers: { authorization: `Bearer ${SIMULATOR_SECRET}`, 'idempotency-key': 'k' }, body: JSON.stringify({ orderId: 'o', amount: 5, currency: 'EUR', token: 'ok' }) }).then((answer) => answer.text());
  const answer = await post(first.url);
  await first.close();

  const second = await startSimulator({ journal });
  expect(await post(second.url)).toBe(answer);
  expect(second.charges('o')).toBe(1);
  await second.close();
  rmSync(folder, { recursive: true });
});

describe('faults by script', () => {
  test('hit the named call, so often, after so many, and can be taken back', async () => {
    await call('POST', '/v1/faults', { on: 'authorize', status: 429, retryAfterSeconds: 3, skip: 1, count: 2 });

    const statuses = [];
    for (let n = 1; n <= 4; n++) statuses.push(await charge('ok', { key: `k${n}` }));
    expect(statuses.map(({ status, retryAfter }) => [status, retryAfter])).toEqual([[201, null], [429, '3'], [429, '3'], [201, null]]);
    await call('POST', '/v1/faults', { status: 500 });
    expect((await charge('ok', { key: 'k5' })).status).toBe(500);
    expect((await call('DELETE', '/v1/faults')).status).toBe(200);
    expect((await charge('ok', { key: 'k5' })).status).toBe(201);
    expect(simulator.ledger.report().charges).toHaveLength(3);
  });

  test('by chance', async () => {
    await simulator.close();
    let chance = 1;
    simulator = await startSimulator({ random: () => chance });
    await call('POST', '/v1/faults', { status: 503, probability: 0.5 });

    const statuses = [];
    for (chance of [0.1, 0.9, 0.49, 0.5]) statuses.push((await charge('ok', { key: `k${chance}` })).status);
    expect(statuses).toEqual([503, 201, 503, 201]);
  });

  test('a reset before has no effect, a reset after has one', async () => {
    await call('POST', '/v1/faults', { reset: 'before', count: 1 });
    await expect(charge()).rejects.toThrow();
    expect(simulator.charges('o-ok')).toBe(0);
    await call('POST', '/v1/faults', { reset: 'after', count: 1 });
    await expect(charge()).rejects.toThrow();
    expect(simulator.charges('o-ok')).toBe(1);
  });

  test('one that is not known is refused', async () => {
    expect((await call('POST', '/v1/faults', { explode: true })).status).toBe(400);
  });
});

test('webhooks are signed, and sent again under the same id until they are taken', async () => {
  const received: Array<{ id: string | null; body: string; type: string }> = [];
  const shop = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    received.push({ id: verifyWebhook([webhookSecret(SIMULATOR_SECRET)], req.headers, body, new Date()), body: body.toString(), type: (JSON.parse(body.toString()) as { type: string }).type });
    res.writeHead(received.length < 3 ? 503 : 200).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => { shop.once('listening', resolve); });
  await call('POST', '/v1/config', { webhookUrl: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/hook` });

  await charge();
  await simulator.idle();
  shop.close();

  expect(received.map(({ type }) => type)).toEqual(['payment.captured', 'payment.captured', 'payment.captured']);
  expect(new Set(received.map(({ id }) => id)).size).toBe(1);
  expect(received[0]!.id).toMatch(/^msg_/);
  expect(received[2]!.body).toBe(received[0]!.body);
});

test('a payment that takes its time settles by itself, once', async () => {
  const { body } = await charge('pending');
  expect(body['status']).toBe('pending');

  await new Promise((resolve) => { setTimeout(resolve, 200); });

  expect((await call('GET', `/v1/payments/${body['id']}`)).body['status']).toBe('captured');
  expect(simulator.charges('o-pending')).toBe(1);
});

test('its configuration comes from the shop\'s own, and every problem is named', () => {
  const secret = 'x'.repeat(16);
  expect(loadSimulatorConfig({ PAYMENT_SIMULATOR_URL: 'http://127.0.0.1:4100', PAYMENT_SIMULATOR_SECRET: secret, PUBLIC_URL: 'https://shop.example/' })).toMatchObject({
    host: '127.0.0.1', port: 4100, secret, webhookUrl: 'https://shop.example/webhooks/payments/simulator', journal: undefined,
  });
  expect(loadSimulatorConfig({ PAYMENT_SIMULATOR_URL: 'http://simulator:4100', PAYMENT_SIMULATOR_SECRET: secret }).host).toBe('0.0.0.0');
  expect(() => loadSimulatorConfig({ PAYMENT_SIMULATOR_SECRET: 'short', PUBLIC_URL: 'ftp://x' })).toThrow(/PAYMENT_SIMULATOR_URL[\s\S]*PAYMENT_SIMULATOR_SECRET[\s\S]*PUBLIC_URL/);
});
