import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Service } from './services.js';
import type { ProofShop } from './shop.js';
import { History, type Wish } from './history.js';

export type Mix = Readonly<{
  clients: number;
  /** Shares of 0 to 1: of purchases that are only looking, and of orders that are paid by card. */
  browsing: number; cards: number;
  /** How long a client goes on asking for one order before it calls the outcome unknown. */
  patienceMs: number;
}>;
type Answer = { status: number; body: string; retryAfter: number };

const ADDRESS = { firstName: 'Ada', lastName: 'Lovelace', line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' };
/** Above everything the service promises to answer within. */
const ATTEMPT_MS = 15_000;
const PROBE_MS = 50;

/**
 * Customers as a good client is: a key for each order, the same request again after silence, 503 and 429, waiting as told,
 * through a balancer that asks each process whether it is ready and never tries twice by itself.
 */
export class Soak {
  readonly history = new History();
  private readonly agents = new Map<Service, Agent>();
  private readonly ready = new Map<Service, boolean>();
  private isOver = false;
  private turn = 0;
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly deps: { apis: readonly Service[]; shop: ProofShop; mix: Mix; name: string }) {
    for (const api of deps.apis) {
      this.agents.set(api, new Agent({ keepAlive: true, maxSockets: 64 }));
      this.ready.set(api, true);
    }
  }

  start(): void {
    const clients = Array.from({ length: this.deps.mix.clients }, (_none, at) => this.shopOn(at));
    this.work = Promise.all([...this.deps.apis.map((api) => this.probe(api)), ...clients]);
  }

  /** Every client finishes what it wanted; nobody begins anything new. */
  async end(): Promise<History> {
    this.isOver = true;
    await this.work;
    for (const agent of this.agents.values()) agent.destroy();
    return this.history;
  }

  private async probe(api: Service): Promise<void> {
    while (!this.isOver) {
      const status = await this.send(api, 'GET', '/readyz', {}, undefined, 1000).then((answer) => answer.status, () => 0);
      this.ready.set(api, status === 200);
      await pause(PROBE_MS);
    }
  }

  private async shopOn(client: number): Promise<void> {
    for (let n = 0; !this.isOver; n++) {
      if (Math.random() < this.deps.mix.browsing) await this.browse();
      else await this.buy(`${this.deps.name.toLowerCase()}-${client}-${n}@example.com`);
    }
  }

  /** The right product or a 503, never another's and never an error. */
  private async browse(): Promise<void> {
    const at = Math.floor(Math.random() * this.deps.shop.productIds.length);
    const answer = await this.ask('read', 'GET', `/api/v1/products/${this.deps.shop.productIds[at]!}`, {}).catch(() => null);
    if (answer?.status === 200) {
      const { data } = JSON.parse(answer.body) as { data: { id: string; name: string } };
      if (data.id !== this.deps.shop.productIds[at] || data.name !== `Product ${at}`) this.history.defects.push(`asked for product ${at}, was given ${data.name}`);
    } else if (!answer || answer.status === 503) await pause(50);
    else this.history.defects.push(`a product answered ${answer.status}: ${answer.body.slice(0, 200)}`);
  }

  private async buy(email: string): Promise<void> {
    const { skus } = this.deps.shop;
    const [sku, quantity, isCard] = [skus[Math.floor(Math.random() * skus.length)]!, 1 + Math.floor(Math.random() * 3), Math.random() < this.deps.mix.cards];
    const cart = await this.fillCart(sku, quantity);
    if (cart === null) return;
    const wish: Wish = { cartId: cart.id, sku, quantity, isCard, outcome: 'unknown', attempts: 0 };
    this.history.wishes.push(wish);
    const body = {
      email, shippingAddress: ADDRESS, shippingMethod: 'standard',
      payment: isCard ? { provider: 'simulator', method: 'card', token: 'ok' } : { provider: 'offline' },
    };
    const headers = { 'x-cart-token': cart.cartToken, 'idempotency-key': randomUUID() };
    const answer = await this.insist('POST', '/api/v1/orders', headers, body, wish);
    if (!answer) return;
    const said = JSON.parse(answer.body) as { code?: string; data?: { id: string; totals: { grandTotal: { amount: number } } } };
    if (answer.status < 300 && said.data) {
      Object.assign(wish, { outcome: 'acknowledged', orderId: said.data.id, acknowledgedAt: Date.now(), total: said.data.totals.grandTotal.amount });
      this.history.acknowledged();
      return;
    }
    Object.assign(wish, { outcome: 'refused', code: said.code ?? String(answer.status) });
    // A lost race or a card that is not taken is an answer; a request that was never right is a defect of one of us.
    if (![402, 409].includes(answer.status)) this.history.defects.push(`an order answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  }

  /** A cart that nobody hears of is nobody's loss: when the answer is lost, another is begun. */
  private async fillCart(sku: string, quantity: number): Promise<{ id: string; cartToken: string } | null> {
    const answer = await this.insist('POST', '/api/v1/cart/items', {}, { sku, quantity });
    if (!answer) return null;
    if (answer.status !== 201) {
      this.history.defects.push(`a cart answered ${answer.status}: ${answer.body.slice(0, 200)}`);
      return null;
    }
    return (JSON.parse(answer.body) as { data: { id: string; cartToken: string } }).data;
  }

  /** The same request again until there is an answer that means something; null when patience is over. */
  private async insist(method: string, path: string, headers: Record<string, string>, body: unknown, wish?: Wish): Promise<Answer | null> {
    const until = Date.now() + this.deps.mix.patienceMs;
    for (let attempt = 0; Date.now() < until; attempt++) {
      if (wish) wish.attempts += 1;
      const answer = await this.ask('write', method, path, headers, body).catch(() => null);
      const isInFlight = answer?.status === 409 && answer.body.includes('request_in_flight');
      if (answer && answer.status < 500 && answer.status !== 429 && !isInFlight) return answer;
      if (this.isOver && !wish) return null;
      await pause(Math.max(answer?.retryAfter ?? 0, Math.min(2000, 50 * 2 ** attempt)) * (0.5 + Math.random() / 2));
    }
    return null;
  }

  private async ask(kind: 'read' | 'write', method: string, path: string, headers: Record<string, string>, body?: unknown, refused: readonly Service[] = []): Promise<Answer> {
    const willing = this.deps.apis.filter((api) => this.ready.get(api));
    const left = this.deps.apis.filter((api) => !refused.includes(api));
    const among = willing.some((api) => left.includes(api)) ? willing.filter((api) => left.includes(api)) : left;
    const api = among[this.turn++ % among.length]!;
    const begun = performance.now();
    try {
      const answer = await this.send(api, method, path, { 'x-api-key': this.deps.shop.key, ...headers }, body, ATTEMPT_MS);
      this.history.answered(kind, answer.status, performance.now() - begun);
      if (answer.status >= 500 && answer.status !== 503) this.history.defects.push(`${method} ${path} answered ${answer.status}: ${answer.body.slice(0, 200)}`);
      return answer;
    } catch (error) {
      // Nobody listens there any more, so nothing was sent: any balancer takes the next one.
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED' && left.length > 1) {
        this.ready.set(api, false);
        return this.ask(kind, method, path, headers, body, [...refused, api]);
      }
      this.history.silent((error as NodeJS.ErrnoException).code ?? (error as Error).message);
      throw error;
    }
  }

  private send(api: Service, method: string, path: string, headers: Record<string, string>, body: unknown, limitMs: number): Promise<Answer> {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const req = request(api.url + path, {
        method, agent: this.agents.get(api)!, headers: { ...headers, ...(sent !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }) },
      }, (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () => { resolve({ status: res.statusCode ?? 0, body: Buffer.concat(chunks).toString(), retryAfter: Number(res.headers['retry-after'] ?? 0) * 1000 }); });
      });
      req.setTimeout(limitMs, () => { req.destroy(Object.assign(new Error('no answer'), { code: 'NO_ANSWER' })); });
      req.on('error', reject);
      req.end(sent);
    });
  }
}
