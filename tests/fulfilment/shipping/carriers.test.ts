import { createCarrierPrices } from '../../../src/fulfilment/shipping/carriers/carrier-prices.js';
import { CarrierRefused, CarrierSilent, cheapest, type Carrier, type ParcelToSend } from '../../../src/fulfilment/shipping/carriers/carrier.js';
import { createEasyPost, easyPostWebhook, inches, ounces } from '../../../src/fulfilment/shipping/carriers/easypost.js';
import { createShippo, shippoWebhook } from '../../../src/fulfilment/shipping/carriers/shippo.js';
import { startCarrierMock, signedByEasyPost, signedByShippo, type CarrierMock } from './carrier-mock.js';
import { soon } from '../../support/soon.js';

let mock: CarrierMock;
let carriers: Record<string, Carrier>;
beforeAll(async () => {
  mock = await startCarrierMock();
  const account = { apiKey: 'test_key', timeoutMs: 400, buyTimeoutMs: 2000 };
  carriers = { easypost: createEasyPost({ ...account, url: mock.easypostUrl }), shippo: createShippo({ ...account, url: mock.shippoUrl }) };
});
beforeEach(() => { mock.reset(); });
afterAll(() => mock.close());

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const address = { name: 'Ada Lovelace', line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' };
const parcel = (more: Partial<ParcelToSend> = {}): ParcelToSend => ({ from: address, to: { ...address, country: 'US', region: 'CA' }, weightGrams: 500, box: { length: 300, width: 200, height: 100 }, ...more });
const CUSTOMS = [{ description: 'Chair', quantity: 2, weightGrams: 500, value: eur(1050), hsCode: '9401.61', originCountry: 'PT' }];

describe.each(['easypost', 'shippo'])('%s, through its SDK,', (name) => {
  const carrier = () => carriers[name]!;

  test('names its prices exactly', async () => {
    const rates = await carrier().rates(parcel());
    expect(rates.map(({ carrier: of, service, price, days }) => [of, service, price, days])).toEqual([['USPS', 'Priority', eur(758), 1], ['USPS', 'Express', eur(3125), 2], ['UPS', 'Ground', eur(910), 3]]);
    expect(new Set(rates.map(({ shipmentId }) => shipmentId)).size).toBe(1);
  });

  test('sells a label, and is found again with what it sold', async () => {
    const rate = cheapest(await carrier().rates(parcel()), 'Ground')!;
    const before = mock.sold.length;

    expect(await carrier().findBought(rate, 'pdf')).toBeNull();
    const bought = await carrier().buy(rate, 'pdf');

    expect(bought).toMatchObject({ carrier: 'UPS', service: 'Ground', cost: eur(910), format: 'pdf', trackingNumber: expect.stringMatching(/US$/), labelUrl: expect.stringMatching(/\.pdf$/), trackingUrl: expect.stringContaining('https://track.example/') });
    expect(await carrier().findBought(rate, 'pdf')).toEqual(bought);
    expect(mock.sold.length - before).toBe(1);
  });

  test('takes a label back, and takes its time to decide', async () => {
    const rate = (await carrier().rates(parcel()))[0]!;
    const { providerId } = await carrier().buy(rate, 'pdf');

    expect(await carrier().refund({ providerId, shipmentId: rate.shipmentId })).toBe('pending');
    expect(mock.sold.at(-1)!.refunded).toBe(true);
  });

  test('that does not answer is silent; that says no has refused', async () => {
    mock.behaviour.delayMs = 800;
    await expect(carrier().rates(parcel())).rejects.toThrow(CarrierSilent);
    mock.behaviour.delayMs = 0;
    mock.behaviour.fail = 500;
    await expect(carrier().rates(parcel())).rejects.toThrow(CarrierSilent);
    mock.behaviour.fail = 422;
    await expect(carrier().rates(parcel())).rejects.toThrow(CarrierRefused);
    mock.behaviour.fail = 429;
    await expect(carrier().rates(parcel())).rejects.toThrow(CarrierSilent);
  });
});

test('EasyPost is told weights in ounces, sizes in inches, and what customs ask', async () => {
  await carriers['easypost']!.rates(parcel({ customs: CUSTOMS, reference: 'label-1' }), 'zpl');
  expect(mock.requests[0]!.body['shipment']).toMatchObject({
    reference: 'label-1', options: { label_format: 'ZPL' }, parcel: { weight: 17.7, length: 11.9, width: 7.9, height: 4 }, to_address: { state: 'CA', zip: 'SW1Y 4JH', street1: '12 St James Square' },
    customs_info: { customs_signer: 'Ada Lovelace', customs_items: [{ description: 'Chair', quantity: 2, weight: 17.7, value: 21, currency: 'EUR', hs_tariff_number: '940161', origin_country: 'PT' }] },
  });
});

test.each([[1, 0.1], [28, 1], [29, 1.1], [1000, 35.3], [0, 0.1]])('%i g are %d ounces, rounded up', (grams, expected) => { expect(ounces(grams)).toBe(expected); });
test.each([[254, 10], [255, 10.1], [1, 0.1]])('%i mm are %d inches, rounded up', (mm, expected) => { expect(inches(mm)).toBe(expected); });

test('Shippo is told grams and millimetres, and what customs ask', async () => {
  await carriers['shippo']!.rates(parcel({ customs: CUSTOMS, reference: 'label-2' }));
  expect(mock.requests[0]!.body).toMatchObject({
    metadata: 'label-2', async: false, parcels: [{ mass_unit: 'g', weight: '500', distance_unit: 'mm', length: '300', width: '200', height: '100' }],
    customs_declaration: { certify: true, certify_signer: 'Ada Lovelace', items: [{ description: 'Chair', quantity: 2, net_weight: '500', value_amount: '21', value_currency: 'EUR', tariff_number: '9401.61', origin_country: 'PT' }] },
  });
});

test.each([['Priority', 758], ['priority', 758], ['USPS Priority', 758], ['UPS Ground', 910], ['*', 758], ['Balloon', null]])('the cheapest %s', async (service, price) => {
  expect(cheapest(await carriers['easypost']!.rates(parcel()), service)?.price.amount ?? null).toBe(price);
});

describe('prices for carts', () => {
  const site = { id: 'w1', code: 'LON', name: 'London', location: { city: 'London', country: 'GB' } };
  const open = (timeoutMs = 300) => {
    let now = 0;
    const ask = createCarrierPrices({ carriers: new Map([['easypost', carriers['easypost']!]]), timeoutMs, now: () => new Date(now), sites: async () => [site], senderName: 'Shop' });
    const price = (over: { country?: string; weightGrams?: number; currency?: string; service?: string; carrier?: string } = {}) => {
      const { country = 'US', weightGrams = 500, currency = 'EUR', service = 'Priority', carrier = 'easypost' } = over;
      const lines = [{ sku: 'A', quantity: 1, weightGrams }];
      return ask({ kind: 'carrier', carrier, service, fallback: { kind: 'flat', prices: {} } }, { context: { country, currency, subtotal: { amount: 1, currency }, lines }, group: { warehouseId: 'w1', lines } });
    };
    return { price, pass: (ms: number) => { now += ms; } };
  };

  test('are asked once for the same way and weight, by whatever service', async () => {
    const { price } = open();
    expect(await Promise.all([price(), price(), price({ service: 'Ground' }), price({ service: '*' })])).toEqual([eur(758), eur(758), eur(910), eur(758)]);
    expect(mock.requests).toHaveLength(1);
    await price({ weightGrams: 501 });
    await price({ country: 'FR' });
    expect(mock.requests).toHaveLength(3);
  });

  test('are none in another currency, of a service or a carrier that is not there', async () => {
    const { price } = open();
    expect([await price({ currency: 'USD' }), await price({ service: 'Balloon' }), await price({ carrier: 'shippo' })]).toEqual([null, null, null]);
  });

  test('come in time or not at all, and a carrier that is away is left alone for a while', async () => {
    const { price, pass } = open(200);
    mock.behaviour.delayMs = 900;
    const started = performance.now();
    expect(await price()).toBeNull();
    expect(performance.now() - started).toBeLessThan(soon(1000));
    await price();
    await price();
    expect(mock.requests).toHaveLength(3);
    const before = performance.now();
    for (let n = 0; n < 50; n++) expect(await price()).toBeNull();
    expect(performance.now() - before).toBeLessThan(soon(200));
    expect(mock.requests).toHaveLength(3);

    mock.behaviour.delayMs = 0;
    pass(10_001);
    expect(await price()).toEqual(eur(758));
  });

  test('a refusal is an answer: the carrier is asked again', async () => {
    const { price } = open();
    mock.behaviour.fail = 422;
    for (let n = 0; n < 5; n++) expect(await price({ weightGrams: 600 + n })).toBeNull();
    expect(mock.requests).toHaveLength(5);
  });
});

describe('webhooks', () => {
  const SECRET = 'a-secret-of-carriers-1';
  const now = new Date('2026-03-05T12:00:00Z');
  const details = [{ status: 'in_transit', message: 'Arrived', datetime: '2026-03-02T10:00:00Z', tracking_location: { city: 'Leeds', country: 'GB' } }, { status: 'out_for_delivery', datetime: '2026-03-03T07:00:00Z' }];
  const easypost = JSON.stringify({ id: 'evt_1', object: 'Event', description: 'tracker.updated', result: { id: 'trk_1', object: 'Tracker', tracking_code: 'EZ1', carrier: 'USPS', status: 'out_for_delivery', est_delivery_date: '2026-03-04T00:00:00Z', tracking_details: details } });

  test('of EasyPost tell the whole history, and only when they are signed', async () => {
    const read = easyPostWebhook(SECRET);
    expect(await read(signedByEasyPost(SECRET, easypost), Buffer.from(easypost), now)).toEqual([{
      id: 'evt_1', trackingNumber: 'EZ1', carrier: 'USPS', estimatedDelivery: new Date('2026-03-04T00:00:00Z'), scans: [
        { key: '2026-03-02T10:00:00.000Z in_transit', status: 'in_transit', at: new Date('2026-03-02T10:00:00Z'), message: 'Arrived', location: 'Leeds, GB' },
        { key: '2026-03-03T07:00:00.000Z out_for_delivery', status: 'out_for_delivery', at: new Date('2026-03-03T07:00:00Z') },
      ],
    }]);
    expect(await read(signedByEasyPost('another-secret-of-mine', easypost), Buffer.from(easypost), now)).toBeNull();
    expect(await read({}, Buffer.from(easypost), now)).toBeNull();
    expect(await read(signedByEasyPost(SECRET, easypost), Buffer.from(easypost.replace('EZ1', 'EZ2')), now)).toBeNull();
    const other = JSON.stringify({ id: 'evt_2', result: { object: 'Batch' } });
    expect(await read(signedByEasyPost(SECRET, other), Buffer.from(other), now)).toEqual([]);
  });

  test('of Shippo as well, and not when they are old', async () => {
    const read = shippoWebhook(SECRET);
    const seen = { object_id: 'ts_2', status: 'TRANSIT', status_date: '2026-03-03T07:00:00Z', status_details: 'On its way', substatus: { code: 'out_for_delivery' }, location: { city: 'Leeds', country: 'GB' } };
    const body = JSON.stringify({ event: 'track_updated', data: { tracking_number: 'SH1', carrier: 'usps', eta: '2026-03-04T00:00:00Z', tracking_status: seen, tracking_history: [{ object_id: 'ts_1', status: 'PRE_TRANSIT', status_date: '2026-03-01T07:00:00Z', status_details: '' }, seen] } });
    const at = now.getTime() / 1000;

    expect(await read(signedByShippo(SECRET, body, at), Buffer.from(body), now)).toEqual([{
      id: 'SH1:ts_2', trackingNumber: 'SH1', carrier: 'usps', estimatedDelivery: new Date('2026-03-04T00:00:00Z'), scans: [
        { key: '2026-03-01T07:00:00.000Z PRE_TRANSIT', status: 'pre_transit', at: new Date('2026-03-01T07:00:00Z') },
        ...Array.from({ length: 2 }, () => ({ key: '2026-03-03T07:00:00.000Z TRANSIT out_for_delivery', status: 'out_for_delivery', at: new Date('2026-03-03T07:00:00Z'), message: 'On its way', location: 'Leeds, GB' })),
      ],
    }]);
    expect(await read(signedByShippo(SECRET, body, at - 301), Buffer.from(body), now)).toBeNull();
    expect(await read(signedByShippo('another-secret-of-mine', body, at), Buffer.from(body), now)).toBeNull();
    expect(await read({ 'shippo-auth-signature': 'nonsense' }, Buffer.from(body), now)).toBeNull();
    expect(await read(signedByShippo(SECRET, 'nonsense', at), Buffer.from('nonsense'), now)).toEqual([]);
  });
});
