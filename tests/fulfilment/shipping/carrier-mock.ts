import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the SDKs send is what the tests assert
type Json = Record<string, any>;
type Behaviour = {
  /** Milliseconds before it answers. */
  delayMs: number;
  /** Answers this status instead. */
  fail: number | null;
  /** Does what it was asked, and never answers. */
  silentAfterBuy: boolean;
  currency: string;
};

const SERVICES = [{ carrier: 'USPS', service: 'Priority', rate: '7.58' }, { carrier: 'USPS', service: 'Express', rate: '31.25' }, { carrier: 'UPS', service: 'Ground', rate: '9.10' }];
const AT = '2026-03-01T10:00:00Z';

/** EasyPost's and Shippo's wire formats, as far as we use them, and what they have sold. */
export async function startCarrierMock() {
  const behaviour: Behaviour = { delayMs: 0, fail: null, silentAfterBuy: false, currency: 'EUR' };
  const requests: Array<{ method: string; path: string; body: Json }> = [];
  const shipments = new Map<string, Json>();
  const sold: Array<{ id: string; shipmentId: string; rateId: string; refunded: boolean }> = [];
  let numbers = 0;

  const rateOf = (id: string) => [...shipments.values()].flatMap(({ rates }) => rates as Json[]).find((rate) => rate['id'] === id || rate['object_id'] === id)!;
  const sell = (shipmentId: string, rateId: string) => {
    const known = sold.find((one) => one.shipmentId === shipmentId);
    if (known) return known;
    const made = { id: `tx_${(numbers += 1)}`, shipmentId, rateId, refunded: false };
    sold.push(made);
    return made;
  };

  const easypost: Record<string, (body: Json, id: string) => [number, Json]> = {
    'POST shipments': ({ shipment }) => {
      const id = `shp_${randomUUID().slice(0, 8)}`;
      const rates = SERVICES.map((one, at) => ({ id: `rate_${id}_${at}`, object: 'Rate', shipment_id: id, currency: behaviour.currency, delivery_days: at + 1, ...one }));
      shipments.set(id, { ...shipment, id, object: 'Shipment', rates });
      return [201, shipments.get(id)!];
    },
    'POST shipments/:id/buy': ({ rate }, id) => {
      if (sold.some((one) => one.shipmentId === id)) return [422, { error: { code: 'SHIPMENT.POSTAGE.EXISTS', message: 'Postage already exists for this shipment.', errors: [] } }];
      sell(id, rate.id);
      return [200, bought(id)];
    },
    'GET shipments/:id': (_body, id) => [200, sold.some((one) => one.shipmentId === id) ? bought(id) : shipments.get(id)!],
    'POST shipments/:id/refund': (_body, id) => {
      sold.find((one) => one.shipmentId === id)!.refunded = true;
      return [200, { ...bought(id), refund_status: 'submitted' }];
    },
  };
  const bought = (id: string): Json => {
    const one = sold.find(({ shipmentId }) => shipmentId === id)!;
    const number = `EZ${one.id.slice(3).padStart(10, '0')}US`;
    return {
      ...shipments.get(id)!, tracking_code: number, tracker: { id: 'trk_1', object: 'Tracker', public_url: `https://track.example/${number}` },
      postage_label: { id: 'pl_1', object: 'PostageLabel', label_url: `https://labels.example/${id}.png`, label_pdf_url: `https://labels.example/${id}.pdf`, label_zpl_url: `https://labels.example/${id}.zpl` },
    };
  };

  const object = (id: string) => ({ object_id: id, object_owner: 'owner@example.com', object_created: AT, object_updated: AT, test: true });
  const transaction = ({ id, rateId }: { id: string; rateId: string }): Json => ({
    ...object(id), object_state: 'VALID', status: 'SUCCESS', rate: rateId, tracking_number: `SH${id.slice(3).padStart(10, '0')}US`, tracking_url_provider: `https://track.example/${id}`, label_url: `https://labels.example/${id}.pdf`, messages: [], metadata: '',
  });
  const shippo: Record<string, (body: Json, query: URLSearchParams) => [number, Json]> = {
    'POST shipments': (body) => {
      const id = `shippo_${randomUUID().slice(0, 8)}`;
      const rates = SERVICES.map(({ carrier, service, rate }, at) => ({
        ...object(`rate_${id}_${at}`), amount: rate, amount_local: rate, currency: behaviour.currency, currency_local: behaviour.currency, attributes: [], carrier_account: 'ca_1', estimated_days: at + 1, provider: carrier,
        servicelevel: { name: service, token: `${carrier}_${service}`.toLowerCase() }, shipment: id, messages: [],
      }));
      shipments.set(id, { ...body, rates });
      return [201, { ...object(id), metadata: body['metadata'] ?? '', address_from: body['address_from'], address_to: body['address_to'], parcels: body['parcels'], carrier_accounts: [], messages: [], rates, status: 'SUCCESS' }];
    },
    'POST transactions': ({ rate }) => [201, transaction(sell(rateOf(rate)['shipment'] as string, rate as string))],
    'GET transactions': (_body, query) => [200, { results: sold.filter(({ rateId }) => rateId === query.get('rate')).map(transaction) }],
    'POST refunds': (body) => {
      const one = sold.find(({ id }) => id === body['transaction'])!;
      one.refunded = true;
      return [201, { ...object('rf_1'), status: 'PENDING', transaction: one.id }];
    },
  };

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(req.url!, 'http://mock');
    const [, kind, ...rest] = url.pathname.split('/').filter((part, at) => part !== '' || at === 0);
    const body = text === '' ? {} : JSON.parse(text) as Json;
    requests.push({ method: req.method!, path: url.pathname, body });
    await new Promise((go) => { setTimeout(go, behaviour.delayMs); });
    if (behaviour.fail !== null) return reply(res, behaviour.fail, { error: { code: 'MOCK', message: 'the mock was told to fail', errors: [] }, detail: 'the mock was told to fail' });
    const isEasyPost = kind === 'easypost';
    const pattern = `${req.method} ${isEasyPost ? rest.map((part, at) => (at === 1 ? ':id' : part)).join('/') : rest.join('/')}`;
    const found = isEasyPost ? easypost[pattern]?.(body, rest[1]!) : shippo[pattern]?.(body, url.searchParams);
    const isPurchase = pattern.endsWith('/buy') || pattern === 'POST transactions';
    if (isPurchase && behaviour.silentAfterBuy) { req.socket.destroy(); return; }
    const [status, made] = found ?? [404, { error: { code: 'NOT_FOUND', message: pattern, errors: [] } }];
    reply(res, status, made);
  }
  const reply = (res: ServerResponse, status: number, body: Json) => { res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)); };

  const server = createServer((req, res) => { answer(req, res).catch((error: unknown) => { reply(res, 500, { error: String(error) }); }); });
  await new Promise<void>((go) => { server.listen(0, '127.0.0.1', go); });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url, behaviour, requests, sold, shipments,
    easypostUrl: `${url}/easypost/`, shippoUrl: `${url}/shippo`,
    reset(): void { Object.assign(behaviour, { delayMs: 0, fail: null, silentAfterBuy: false, currency: 'EUR' }); requests.splice(0); },
    close: () => new Promise<void>((go) => { server.close(() => { go(); }); server.closeAllConnections(); }),
  };
}
export type CarrierMock = Awaited<ReturnType<typeof startCarrierMock>>;

/** As EasyPost signs what it sends. */
export const signedByEasyPost = (secret: string, body: string) => ({ 'x-hmac-signature': `hmac-sha256-hex=${createHmac('sha256', secret.normalize('NFKD')).update(body).digest('hex')}` });
/** As Shippo does. */
export const signedByShippo = (secret: string, body: string, at = Math.floor(Date.now() / 1000)) => ({ 'shippo-auth-signature': `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}` });
