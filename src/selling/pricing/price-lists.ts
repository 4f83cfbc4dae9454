import type { Buyer } from '../../shared/buyer.js';
import { tierAt, type Ladder, type PriceTier } from '../../shared/ladder.js';
import { money } from '../../shared/money.js';
import { compacted, type QuantityPrice } from './pricing.js';

/** For whom something is: any of the groups or companies, in any of the channels. Nobody named means everybody. */
export type Audience = Readonly<{ groupIds: readonly string[]; companyIds: readonly string[]; channels: readonly string[] }>;
export type Period = Readonly<{ startsAt: Date | null; endsAt: Date | null }>;

export type PriceListFields = Audience & Period & Readonly<{
  name: string; currency: string;
  /** Higher comes first; of equals the one with the lower id. */
  priority: number;
  /** A `sale` shows the usual price beside its own. */
  kind: 'override' | 'sale';
  active: boolean;
}>;
export type PriceList = PriceListFields & Readonly<{ id: string; version: number; createdAt: Date; updatedAt: Date }>;
/** What one list says about one SKU, lowest quantity first. */
export type Listed = Readonly<{ list: PriceList; tiers: readonly QuantityPrice[] }>;

export const isFor = ({ groupIds, companyIds, channels }: Audience, buyer: Buyer): boolean =>
  (groupIds.length + companyIds.length === 0 || groupIds.some((id) => buyer.groupIds.includes(id)) || (buyer.companyId !== null && companyIds.includes(buyer.companyId)))
  && (channels.length === 0 || (buyer.channel !== null && channels.includes(buyer.channel)));

export const isPublic = ({ groupIds, companyIds }: Pick<Audience, 'groupIds' | 'companyIds'>): boolean => groupIds.length + companyIds.length === 0;

/** From the first moment, up to but without the last. */
export const isRunning = ({ startsAt, endsAt }: Period, at: Date): boolean => (startsAt === null || startsAt <= at) && (endsAt === null || at < endsAt);

export const inOrder = <T extends { priority: number; id: string }>(all: readonly T[]): T[] =>
  [...all].sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1));

/** The usual ladder with what the lists say on top: for every quantity the first list that names a price for it. */
export function withLists(usual: Ladder, listed: readonly Listed[]): Ladder {
  if (listed.length === 0) return usual;
  const starts = [...new Set([...usual, ...listed.flatMap(({ tiers }) => tiers)].map(({ minQuantity }) => minQuantity))].sort((a, b) => a - b);
  const tiers = starts.flatMap((quantity) => tierOf(quantity, tierAt(usual, quantity), listed));
  // What has no price for a single one is not sold: a smallest quantity is no price.
  return tiers[0]?.minQuantity === 1 ? compacted(tiers) : [];
}

function tierOf(minQuantity: number, usual: PriceTier | null, listed: readonly Listed[]): PriceTier[] {
  for (const { list, tiers } of listed) {
    const found = tiers.findLast((tier) => tier.minQuantity <= minQuantity);
    if (found) return [fromList(list, minQuantity, found.amount, usual)];
  }
  return usual ? [{ ...usual, minQuantity }] : [];
}

function fromList({ id, name, kind, currency }: PriceList, minQuantity: number, amount: number, usual: PriceTier | null): PriceTier {
  const full = usual?.compareAtPrice ?? usual?.price;
  const shown = kind === 'sale' && full && full.amount > amount ? { compareAtPrice: full } : {};
  return { minQuantity, price: money(amount, currency), ...shown, source: { kind: 'price_list', id, name } };
}
