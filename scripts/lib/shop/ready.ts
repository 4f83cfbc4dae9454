import { relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { writePrivately } from '../files.js';
import { Advice, paint, say, seconds } from '../terminal.js';
import type { Addresses } from './environment.js';
import type { Secrets } from './secrets.js';

const PATIENCE_MS = 60_000;

/** Until the shop answers /readyz with 200. */
export async function untilReady(baseUrl: string, logFolder: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const status = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(2000) }).then((reply) => reply.status, () => 0);
    if (status === 200) return;
    if (Date.now() > deadline) throw new Advice(`${baseUrl}/readyz did not answer 200 within ${seconds(PATIENCE_MS)} (last: ${status || 'no answer'}). The logs are in ${logFolder}`);
    await wait(50);
  }
}

/** For programs: what the ready block says to people. */
export async function writeReadyFile(file: string, { baseUrl, mongodbUri, redisUrl }: Addresses, secrets: Secrets): Promise<void> {
  const { publishableKey, secretKey, appSecret, admin, customer } = secrets;
  await writePrivately(file, { baseUrl, publishableKey, secretKey, appSecret, admin, customer, mongodbUri, redisUrl });
}

export function sayReady({ baseUrl, mongodbUri, redisUrl }: Addresses, secrets: Secrets, logFolder: string | undefined, tookMs: number): void {
  const row = (name: string, text: string) => say(`  ${paint('dim', name.padEnd(16))}${text}`);
  say(`\n${paint('green', `Kontor is ready after ${seconds(tookMs)}`)}\n`);
  row('API', `${baseUrl}/api/v1`);
  row('Documentation', `${baseUrl}/docs  ${baseUrl}/openapi.json`);
  row('Operations', `${baseUrl}/healthz  ${baseUrl}/readyz  ${baseUrl}/metrics`);
  row('Publishable key', secrets.publishableKey);
  row('Secret key', secrets.secretKey);
  row('App secret', secrets.appSecret);
  row('Admin', `${secrets.admin.email}  ${secrets.admin.password}`);
  row('Customer', `${secrets.customer.email}  ${secrets.customer.password}`);
  row('MongoDB', mongodbUri);
  row('Redis', redisUrl);
  if (logFolder) row('Logs', relative(process.cwd(), logFolder) || logFolder);
  say(`\nBuy something:\n\n  curl -X POST ${baseUrl}/api/v1/demo/quick-order -H 'x-api-key: ${secrets.publishableKey}' -H 'content-type: application/json' -d '{}'\n`);
  say('Ctrl-C stops everything.');
}
