import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

const READINESS_PROBE_MS = 500;

/** Node's own limits are far too patient for a public server. */
export async function listen(app: RequestListener, { host, port }: { host: string; port: number }) {
  const server = createServer({ maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000, connectionsCheckingInterval: 5_000 }, app);
  server.maxConnections = 2_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    /** Lets the balancer notice, takes no more connections, finishes what was begun, then cuts. */
    async stop(graceMs: number): Promise<void> {
      if (graceMs > 0) await pause(READINESS_PROBE_MS);
      const closed = new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
      server.closeIdleConnections();
      const cut = setTimeout(() => { server.closeAllConnections(); }, graceMs);
      const idle = setInterval(() => { server.closeIdleConnections(); }, 100);
      await closed;
      clearTimeout(cut);
      clearInterval(idle);
    },
  };
}
