import { Agent, request } from 'node:https';
import { connect } from 'node:net';
import type * as Sdk from '@paypal/paypal-server-sdk';
import { NoAnswer } from './patience.js';

export type PaypalConfig = Readonly<{ clientId: string; clientSecret: string; webhookId: string; apiBase: string }>;
export type RestAnswer = Readonly<{ status: number; body: unknown }>;
export type PaypalClient = Readonly<{
  orders: Sdk.OrdersController; payments: Sdk.PaymentsController; vault: Sdk.VaultController; reports: Sdk.TransactionSearchController; words: typeof Sdk;
  /** What the library has no call for: disputes and the check of webhooks. */
  rest(method: 'GET' | 'POST', path: string, body?: string): Promise<RestAnswer>;
}>;

const HOSTS: Readonly<Record<string, 'Production' | 'Sandbox'>> = { 'api-m.paypal.com': 'Production', 'api-m.sandbox.paypal.com': 'Sandbox' };

/** The library knows PayPal's two hosts only; any other, such as the simulator's, is reached by leading its connections there. */
class Elsewhere extends Agent {
  constructor(private readonly to: URL) { super({ keepAlive: true }); }
  override createConnection(...given: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
    const [options, onConnect] = given;
    const { hostname: host, port } = this.to;
    if (this.to.protocol === 'http:') return connect({ host, port: Number(port || 80) });
    return super.createConnection({ ...options, host, port: Number(port || 443), servername: host } as typeof options, onConnect);
  }
}

/** Loaded when it is first needed: it costs 40 MB. */
export function lazyPaypal({ clientId, clientSecret, apiBase }: PaypalConfig, timeoutMs: number): () => Promise<PaypalClient> {
  const base = new URL(apiBase);
  const environment = HOSTS[base.hostname];
  const agent = environment ? new Agent({ keepAlive: true }) : new Elsewhere(base);
  const host = environment ? base.hostname : 'api-m.sandbox.paypal.com';
  let made: Promise<PaypalClient> | undefined;
  return () => (made ??= import('@paypal/paypal-server-sdk').then((words) => {
    const client = new words.Client({
      clientCredentialsAuthCredentials: { oAuthClientId: clientId, oAuthClientSecret: clientSecret }, timeout: timeoutMs,
      environment: environment === 'Production' ? words.Environment.Production : words.Environment.Sandbox, httpClientOptions: { httpsAgent: agent, timeout: timeoutMs },
    });
    let token: Sdk.OAuthToken | undefined;
    return {
      words, orders: new words.OrdersController(client), payments: new words.PaymentsController(client), vault: new words.VaultController(client), reports: new words.TransactionSearchController(client),
      rest: async (method, path, body) => {
        token = await client.clientCredentialsAuthManager.updateToken(token);
        return send({ agent, host, method, path, token: token.accessToken, body, timeoutMs });
      },
    };
  }));
}

type Sending = { agent: Agent; host: string; method: string; path: string; token: string; body: string | undefined; timeoutMs: number };

function send({ agent, host, method, path, token, body, timeoutMs: timeout }: Sending): Promise<RestAnswer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) };
    const sent = request({ agent, host, method, path, headers, timeout }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const status = answer.statusCode ?? 0;
        if (status >= 500 || status === 429) { reject(new NoAnswer(`status ${status}`)); return; }
        try {
          resolve({ status, body: JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as unknown });
        } catch {
          reject(new NoAnswer('an answer that is no JSON'));
        }
      });
    });
    sent.on('timeout', () => { sent.destroy(new NoAnswer('timeout')); });
    sent.on('error', reject);
    sent.end(body);
  });
}
