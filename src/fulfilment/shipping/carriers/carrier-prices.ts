import { createBreaker } from '../../../shared/breaker.js';
import { Recent } from '../../../shared/cache/recent.js';
import type { Clock } from '../../../shared/clock.js';
import type { Money } from '../../../shared/money.js';
import type { AskCarrier } from '../configured.js';
import { boxOf } from '../labels/labels.js';
import { measure } from '../rates.js';
import type { ShippingContext } from '../shipping.js';
import type { ShippingSite } from '../shipping.service.js';
import { CarrierRefused, cheapest, type Carrier, type CarrierRate, type ParcelAddress, type ParcelToSend } from './carrier.js';
import { awaitCarrier } from './patience.js';

const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 2_000;
/** Goods that nobody weighed are sent as if they weighed this. */
const LEAST_GRAMS = 100;

type Deps = { carriers: ReadonlyMap<string, Carrier>; timeoutMs: number; now: Clock; sites: () => Promise<readonly ShippingSite[]>; senderName: string };

/**
 * What carriers ask for a parcel of a cart, in time or not at all. Prices are kept for a minute by where from, where to and
 * how heavy; while a carrier is away its breaker spares everybody the wait.
 */
export function createCarrierPrices({ carriers, timeoutMs, now, sites, senderName }: Deps): AskCarrier {
  const remembered = new Recent<readonly CarrierRate[]>({ ttlMs: REMEMBERED_MS, max: MAX_REMEMBERED });
  const breakers = new Map([...carriers.keys()].map((name) => [name, createBreaker({ name, openMs: 10_000, now })]));

  async function ask(carrier: Carrier, parcel: ParcelToSend): Promise<readonly CarrierRate[]> {
    return breakers.get(carrier.name)!.run(() => awaitCarrier(timeoutMs, carrier.rates(parcel)).catch((error: unknown) => {
      // It answered: nothing is wrong with it.
      if (error instanceof CarrierRefused) return [];
      throw error;
    }));
  }

  return async ({ carrier: name, service }, { context, group }): Promise<Money | null> => {
    const carrier = carriers.get(name);
    if (!carrier) return null;
    const all = await sites();
    const from = all.find(({ id }) => id === group.warehouseId) ?? all[0];
    if (!from) return null;
    const weightGrams = Math.max(measure(group.lines).weightGrams, LEAST_GRAMS);
    const parcel: ParcelToSend = { from: senderOf(from, senderName), to: destinationOf(context), weightGrams, box: boxOf(group.lines) };
    const { country, region = '', postalCode = '' } = context;
    try {
      const rates = await remembered.get(JSON.stringify([name, from.id, country, region, postalCode, weightGrams, parcel.box]), () => ask(carrier, parcel));
      const inCurrency = rates.filter(({ price }) => price.currency === context.currency);
      return cheapest(inCurrency, service)?.price ?? null;
    } catch {
      return null;
    }
  };
}

export function senderOf({ name, location: { address = '', city, region, postalCode = '', country } }: ShippingSite, company: string): ParcelAddress {
  return { name, company, line1: address, city, ...(region !== undefined && { region }), postalCode, country };
}

/** Before an address is typed in full a price needs no more than this. */
const destinationOf = ({ country, region, postalCode = '' }: ShippingContext): ParcelAddress =>
  ({ name: 'Customer', line1: '', city: '', ...(region !== undefined && { region }), postalCode, country });
