import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Intent = { object?: string; status?: string; amount?: number; amount_received?: number; latest_charge?: { captured?: boolean } | null; payment_intent?: unknown };

/**
 * Between Stripe's library and localstripe. What it changes is all that localstripe lacks of every charge: it refuses `return_url`, and its
 * intents do not say `amount_received`. `silent` lets a call take effect and loses its answer.
 */
export async function openBridge(target: string) {
  const state = { silent: 0, calls: [] as string[] };

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
    form.delete('return_url');
    state.calls.push(`${req.method} ${req.url?.split('?')[0]}`);
    const answer = await fetch(`${target}${req.url}`, {
      method: req.method ?? 'GET', headers: { authorization: String(req.headers.authorization), 'content-type': 'application/x-www-form-urlencoded' },
      ...(req.method === 'POST' && { body: form.toString() }),
    });
    const body = (await answer.json()) as Intent;
    for (const one of [body, body.payment_intent]) if (isIntent(one)) one.amount_received = one.latest_charge?.captured === true ? one.amount ?? 0 : 0;
    if (state.silent > 0 && req.method === 'POST') { state.silent -= 1; return; }
    res.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  const server = createServer((req, res) => { serve(req, res).catch((error: unknown) => { res.writeHead(500).end(JSON.stringify({ error: { message: String(error) } })); }); });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }),
  };
}

const isIntent = (one: unknown): one is Intent => (one as Intent | null | undefined)?.object === 'payment_intent';
