#!/usr/bin/env node
// Calls Kontor with a signed request. Needs nothing but Node 20.
//
//   KONTOR_KEY=sk_live_... KONTOR_SIGNING_SECRET=ss_... node examples/signed-request.mjs GET '/api/v1/orders?per_page=5'
//   KONTOR_KEY=... KONTOR_SIGNING_SECRET=... node examples/signed-request.mjs POST /api/v1/inventory/adjustments '{"sku":"A-1","warehouseId":"...","delta":5,"reason":"count"}'
//
// KONTOR_URL is where the API is (http://127.0.0.1:3000 when absent).
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { pathToFileURL } from 'node:url';

/** The headers of one request. `path` is what stands in the request line, query included; sign each request anew. */
export function signedHeaders({ key, signingSecret, method, path, body = '', now = new Date(), nonce = randomBytes(16).toString('hex') }) {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  const text = [method.toUpperCase(), path, timestamp, nonce, bodySha256].join('|');
  return {
    'x-api-key': key,
    'x-signature-timestamp': timestamp,
    'x-signature-nonce': nonce,
    'x-content-sha256': bodySha256,
    'x-signature': createHmac('sha256', signingSecret).update(text).digest('hex'),
  };
}

async function main([method = 'GET', path = '/api/v1/products', body]) {
  const { KONTOR_URL = 'http://127.0.0.1:3000', KONTOR_KEY: key, KONTOR_SIGNING_SECRET: signingSecret } = process.env;
  if (!key || !signingSecret) throw new Error('Set KONTOR_KEY and KONTOR_SIGNING_SECRET; both are shown once when a key is issued with "signing".');
  const reply = await fetch(new URL(path, KONTOR_URL), {
    method, body, headers: { ...signedHeaders({ key, signingSecret, method, path, body }), ...(body !== undefined && { 'content-type': 'application/json' }) },
  });
  console.log(reply.status, JSON.stringify(await reply.json(), null, 2));
  if (!reply.ok) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv.slice(2)).catch((error) => { console.error(error.message); process.exitCode = 1; });
}
