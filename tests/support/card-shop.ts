import type { SimulatorOptions } from '../../src/fulfilment/payments/index.js';
import { openShop, type Shop } from './shop.js';
import { startSimulator } from './simulator.js';

export const CARD = { payment: { provider: 'simulator', method: 'card', token: 'ok' } };

type Options = Omit<NonNullable<Parameters<typeof openShop>[0]>, 'env'> & Readonly<{
  env?: Record<string, string> | ((simulatorUrl: string) => Record<string, string>); simulator?: Partial<SimulatorOptions>;
  /** False: the shop hears of payments by asking only. */
  webhooks?: boolean;
  /** Whether the provider's time is the shop's where a test moves that. */
  sharesClock?: boolean;
}>;

/** A shop that takes cards: its own payment simulator beside it, and what staff and the worker do as one word each. */
export async function openCardShop({ env = {}, simulator: settings, webhooks = true, sharesClock = false, ...options }: Options = {}) {
  let shop: Shop | null = null;
  const simulator = await startSimulator({ ...(sharesClock && { now: () => new Date(Date.now() + (shop?.clock.offsetMs ?? 0)) }), ...settings });
  const opened = await openShop({ ...options, env: { PAYMENT_SIMULATOR_URL: simulator.url, ...(typeof env === 'function' ? env(simulator.url) : env) } });
  shop = opened;
  if (webhooks) simulator.sendWebhooksTo(opened.url);
  return {
    ...opened, simulator,
    /** The order as staff sees it. */
    show: async (id: string) => (await opened.call('get', `/orders/${id}`, { headers: opened.keys.secret })).body.data,
    /** What the worker would do: every schedule once, then all events. */
    work: async (): Promise<void> => {
      for (const { run } of opened.container.schedules) await run(new AbortController().signal);
      await opened.runEvents();
    },
    close: async (): Promise<void> => {
      await opened.close();
      await simulator.close();
    },
  };
}

export type CardShop = Awaited<ReturnType<typeof openCardShop>>;
