import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../../shared/clock.js';
import { sameText } from '../../../shared/crypto/tokens.js';
import { Faults, type Fault, type FaultyOperation } from './faults.js';
import { Ledger, Refusal, type Answer } from './ledger.js';
import { endpoints } from './endpoints.js';
import { WebhookSender } from './webhook-sender.js';
import { readForm, type Call, type Endpoint } from './wire.js';

export type SimulatorOptions = {
  secret: string;
  /** Where the shop takes webhooks; can be set later by POST /v1/config. */
  webhookUrl?: string; journal?: string; now?: Clock; random?: () => number;
  /** How long the token `pending` takes. */
  settlesAfterMs?: number;
};
const BODY_LIMIT = 100_000;

/** A card processor for development, tests and drills: it keeps its own books, and misbehaves on request. */
export function createSimulator({ secret, webhookUrl, journal, now = () => new Date(), random = Math.random, settlesAfterMs = 1_000 }: SimulatorOptions) {
  const target = { url: webhookUrl };
  const faults = new Faults(random);
  const sender = new WebhookSender({ target, secret, now, random });
  /** The faults of the call that is being served, and how many events it has caused; calls take effect one at a time. */
  let serving: { fault: Fault; events: number } | undefined;
  const ledger = new Ledger({ now, journal, onEvent: (type, payment) => {
    const cause = serving ?? { fault: faults.ofWebhooks(), events: 0 };
    sender.send(type, payment, cause.fault, cause.events);
    cause.events += 1;
  } });
  const routes = endpoints({ ledger, faults, target, settlesAfterMs, now, secret });

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    // PayPal's client speaks to PayPal's own host name, wherever that is; links lead back to us.
    const url = new URL(req.url ?? '/', `http://127.0.0.1:${req.socket.localPort}`);
    const found = match(routes, req.method ?? 'GET', url.pathname);
    if (!found) throw new Refusal(404, 'not_found', 'There is no such address.');
    const { endpoint, id } = found;
    try {
      await answer(req, res, { endpoint, id, url });
    } catch (error) {
      if (!(error instanceof Refusal) || !endpoint.refuse) throw error;
      send(res, endpoint.refuse(error));
    }
  }

  async function answer(req: IncomingMessage, res: ServerResponse, { endpoint, id, url }: { endpoint: Endpoint; id: string; url: URL }): Promise<void> {
    if (endpoint.operation && !isAuthorised(req, secret)) throw new Refusal(401, 'unauthorised', 'The secret is missing or wrong.');
    const key = headerOf(req, 'idempotency-key') ?? headerOf(req, 'paypal-request-id');
    const call: Call = { id, query: url.searchParams, origin: url.origin, key, body: await readBody(req), headers: req.headers };
    if (!endpoint.operation) return send(res, endpoint.handle(call));
    const operation = endpoint.operationOf?.(call) ?? endpoint.operation;
    return misbehave(res, { ...faults.take(operation), ...endpoint.faultOf?.(call) }, operation, () => endpoint.handle(call));
  }

  async function misbehave(res: ServerResponse, fault: Fault, operation: FaultyOperation, effect: () => Answer): Promise<void> {
    if (fault.delayMs) await pause(fault.delayMs);
    if (fault.hang === 'before') return;
    if (fault.reset === 'before') { res.socket?.destroy(); return; }
    if (fault.status !== undefined) {
      if (fault.retryAfterSeconds !== undefined) res.setHeader('retry-after', String(fault.retryAfterSeconds));
      throw new Refusal(fault.status, 'scripted', `A scripted fault of ${operation}.`);
    }
    serving = { fault, events: 0 };
    let answer: Answer;
    try { answer = effect(); } finally { serving = undefined; }
    if (fault.hang === 'after') return;
    if (fault.reset === 'after') { res.socket?.destroy(); return; }
    send(res, answer);
  }

  const server = createServer((req, res) => {
    serve(req, res).catch((error: unknown) => {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'defect', String(error));
      send(res, { status: refusal.status, body: { error: { code: refusal.code, message: refusal.message } } });
    });
  });

  return {
    ledger, faults, target,
    /** Resolves when every webhook was taken. */
    idle: () => sender.idle(),
    async listen(port: number, host = '127.0.0.1'): Promise<{ url: string; port: number }> {
      await new Promise<void>((resolve, reject) => { server.once('error', reject); server.listen(port, host, resolve); });
      const bound = (server.address() as AddressInfo).port;
      return { url: `http://127.0.0.1:${bound}`, port: bound };
    },
    async close(): Promise<void> {
      await sender.stop();
      await new Promise<void>((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); });
    },
  };
}

function match(routes: readonly Endpoint[], method: string, path: string): { endpoint: Endpoint; id: string } | null {
  for (const endpoint of routes) {
    if (endpoint.method !== method) continue;
    const found = endpoint.path.exec(path);
    if (found) return { endpoint, id: decodeURIComponent(found[1] ?? '') };
  }
  return null;
}

const headerOf = (req: IncomingMessage, name: string): string | undefined => {
  const value = req.headers[name];
  return typeof value === 'string' ? value : undefined;
};
const isAuthorised = (req: IncomingMessage, secret: string): boolean => sameText(headerOf(req, 'authorization') ?? '', `Bearer ${secret}`);

async function readBody(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new Refusal(413, 'body_too_large', 'The body is too large.');
    chunks.push(chunk);
  }
  if (size === 0) return {};
  const text = Buffer.concat(chunks).toString('utf8');
  if (headerOf(req, 'content-type')?.startsWith('application/x-www-form-urlencoded')) return readForm(text);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Refusal(400, 'malformed', 'The body is no JSON.');
  }
}

function send(res: ServerResponse, { status, body }: Answer): void {
  if (res.headersSent || res.destroyed) return;
  if (status === 204) { res.writeHead(204).end(); return; }
  const text = JSON.stringify(body);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
}
