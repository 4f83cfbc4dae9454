import { guest } from '../../shared/buyer.js';
import { isFor, isPublic, isRunning, type PriceList } from './price-lists.js';
import type { PriceRecord, PriceStep, QuantityPrice } from './pricing.js';

/** A list as it was from a moment on, or what it said of the SKU; null when that ended. */
export type ListEvent = Readonly<{ listId: string; at: Date }> & (
  | Readonly<{ list: Omit<PriceList, 'createdAt' | 'updatedAt'> | null }>
  | Readonly<{ tiers: readonly QuantityPrice[] | null }>);
type Where = Readonly<{ currency: string; channel: string | null; until: Date }>;
type State = { base: number | undefined; sale: number | undefined; moved: number | undefined; lists: Map<string, Omit<PriceList, 'createdAt' | 'updatedAt'>>; said: Map<string, readonly QuantityPrice[]> };

/**
 * What a passer-by paid for one of it in a channel and currency, step by step: base, sale and what rules moved as they were changed, and lists
 * for everybody as they began, ended and changed. Both histories oldest first.
 */
export function publicSteps(records: readonly PriceRecord[], events: readonly ListEvent[], where: Where): PriceStep[] {
  const moments = [...new Set([...records.map(({ at }) => at), ...events.flatMap(momentsOf)].map((at) => at.getTime()))].filter((at) => at <= where.until.getTime()).sort((a, b) => a - b);
  const state: State = { base: undefined, sale: undefined, moved: undefined, lists: new Map(), said: new Map() };
  const steps: PriceStep[] = [];
  const [changes, sayings] = [pending(records), pending(events)];
  for (const moment of moments) {
    for (const record of changes(moment)) take(state, record);
    for (const event of sayings(moment)) hear(state, event);
    const amount = priceOf(state, { ...where, until: new Date(moment) });
    if (steps.at(-1)?.amount !== amount) steps.push({ at: new Date(moment), amount });
  }
  return steps[0]?.amount === null ? steps.slice(1) : steps;
}

const momentsOf = (event: ListEvent): Date[] => [event.at, ...('list' in event && event.list ? [event.list.startsAt, event.list.endsAt] : [])].filter((at) => at !== null);

/** Those that have happened up to a moment and were not handed out before. */
function pending<T extends { at: Date }>(all: readonly T[]): (moment: number) => T[] {
  const sorted = [...all].sort((a, b) => a.at.getTime() - b.at.getTime());
  let next = 0;
  return (moment) => {
    const from = next;
    while (next < sorted.length && sorted[next]!.at.getTime() <= moment) next++;
    return sorted.slice(from, next);
  };
}

function take(state: State, { kind, after }: PriceRecord): void {
  if (kind === 'base' || kind === 'sale' || kind === 'moved') state[kind] = after ?? undefined;
}

function hear({ lists, said }: State, event: ListEvent): void {
  if ('list' in event) {
    if (event.list) lists.set(event.listId, event.list);
    else lists.delete(event.listId);
  } else if (event.tiers) said.set(event.listId, event.tiers);
  else said.delete(event.listId);
}

function priceOf({ base, sale, moved, lists, said }: State, { currency, channel, until }: Where): number | null {
  const running = [...lists.values()].filter((list) => list.active && list.currency === currency && isPublic(list) && isFor(list, guest(channel)) && isRunning(list, until))
    .sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1));
  for (const { id } of running) {
    const single = said.get(id)?.find(({ minQuantity }) => minQuantity === 1);
    if (single) return single.amount;
  }
  return base === undefined ? null : Math.min(moved ?? base, sale ?? Infinity);
}
