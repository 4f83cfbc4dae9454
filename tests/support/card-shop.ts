import { openShop } from './shop.js';
import { startSimulator } from './simulator.js';

export const CARD = { payment: { provider: 'simulator', method: 'card', token: 'ok' } };

/** A shop that takes cards: its own payment simulator beside it, and what staff and the worker do as one word each. */
export async function openCardShop({ env = {} }: { env?: Record<string, string> } = {}) {
  const simulator = await startSimulator();
  const shop = await openShop({ env: { PAYMENT_SIMULATOR_URL: simulator.url, ...env } });
  simulator.sendWebhooksTo(shop.url);
  return {
    ...shop, simulator,
    /** The order as staff sees it. */
    show: async (id: string) => (await shop.call('get', `/orders/${id}`, { headers: shop.keys.secret })).body.data,
    /** What the worker would do: every schedule once, then all events. */
    work: async (): Promise<void> => {
      for (const { run } of shop.container.schedules) await run(new AbortController().signal);
      await shop.runEvents();
    },
    close: async (): Promise<void> => {
      await shop.close();
      await simulator.close();
    },
  };
}

export type CardShop = Awaited<ReturnType<typeof openCardShop>>;
