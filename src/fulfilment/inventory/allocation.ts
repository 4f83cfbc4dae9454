import { keyOf, sumBySku, type Allocation, type Available, type Destination, type OrderLine, type Shortage, type Site } from './inventory.js';

/** Beyond so many combinations the search settles for the best it saw; shops with fewer than 14 warehouses never get there. */
const MAX_TRIED = 20_000;
const EVERYWHERE = '*';

type Plan = { allocations: Allocation[]; shortages: Shortage[] };
type Wanted = { lines: readonly OrderLine[]; stock: readonly Available[]; sites: readonly Site[] } & Destination;
type Needs = ReadonlyMap<string, number>;
type InStock = (sku: string, site: Site) => number;
/** What a parcel from a site costs: what staff say of it, then whether it crosses a border, then the site's priority. */
type Cost = readonly [perParcel: number, abroad: number, priority: number];

const partOf = ({ country, region }: Destination): string | null => (region === undefined ? null : `${country}-${region.toUpperCase()}`);

/** What a table by place says of a destination: its part of the country, the country, everywhere. */
export function byPlace<T>(table: Readonly<Record<string, T>>, to: Destination): T | undefined {
  const part = partOf(to);
  return (part !== null && Object.hasOwn(table, part) ? table[part] : undefined) ?? table[to.country] ?? table[EVERYWHERE];
}

/** A warehouse that names no region serves all of them. */
export function serves({ regionsServed }: Pick<Site, 'regionsServed'>, to: Destination): boolean {
  if (regionsServed.length === 0 || regionsServed.includes(to.country) || regionsServed.includes(EVERYWHERE)) return true;
  const part = partOf(to);
  return part !== null && regionsServed.includes(part);
}

export const parcelCost = ({ costPerParcel = 0, location, priority }: Site, { country }: Destination): Cost =>
  [costPerParcel, location === undefined || location.country === country ? 0 : 1, priority];
export const compareCosts = (a: Cost, b: Cost): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
const plus = (a: Cost, b: Cost): Cost => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

/** Those that serve the destination, the cheapest first. */
export const eligibleSites = <S extends Site>(sites: readonly S[], to: Destination): S[] =>
  sites.filter((site) => serves(site, to)).sort((a, b) => compareCosts(parcelCost(a, to), parcelCost(b, to)) || (a.id < b.id ? -1 : 1));

/**
 * Which of the warehouses that serve the destination sends what: the fewest parcels, then the cheapest. What the others have
 * is not there for this order, as the delivery promise says too. All lines or none; the same SKU on several lines counts together.
 */
export function planAllocation({ lines, stock, sites, ...to }: Wanted): Plan {
  const left = new Map(stock.map((level) => [keyOf(level), level.available]));
  const inStock: InStock = (sku, site) => left.get(keyOf({ sku, warehouseId: site.id })) ?? 0;
  const eligible = eligibleSites(sites, to);

  const needs = sumBySku(lines);
  const shortages = [...needs].map(([sku, requested]) => ({ sku, requested, available: eligible.reduce((all, site) => all + inStock(sku, site), 0) }))
    .filter(({ requested, available }) => available < requested);
  if (shortages.length > 0) return { allocations: [], shortages };

  const chosen = cheapestSites(eligible, needs, inStock, to);
  return { shortages: [], allocations: lines.flatMap((line) => shareOut(line, chosen, left)) };
}

/** A line leaves from one warehouse when one of the chosen can take it whole; else it is split. */
function shareOut(line: OrderLine, chosen: readonly Site[], left: Map<string, number>): Allocation[] {
  const at = (site: Site) => keyOf({ sku: line.sku, warehouseId: site.id });
  const allocations: Allocation[] = [];
  let open = line.quantity;
  const whole = chosen.find((site) => (left.get(at(site)) ?? 0) >= open);
  for (const site of whole ? [whole] : chosen) {
    const quantity = Math.min(open, left.get(at(site)) ?? 0);
    if (quantity === 0) continue;
    left.set(at(site), (left.get(at(site)) ?? 0) - quantity);
    allocations.push({ ...line, quantity, warehouseId: site.id });
    open -= quantity;
  }
  return allocations;
}

/** The smallest set that has it all, and among those the cheapest; what costs the same is taken in the order of the ids. */
function cheapestSites(ranked: readonly Site[], needs: Needs, inStock: InStock, to: Destination): readonly Site[] {
  const open = [...needs].filter(([, need]) => need > 0);
  if (open.length === 0) return [];
  const hasAll = (site: Site) => open.every(([sku, need]) => inStock(sku, site) >= need);
  const single = ranked.find(hasAll);
  if (single) return [single];
  const useful = ranked.filter((site) => open.some(([sku]) => inStock(sku, site) > 0));
  let budget = MAX_TRIED;
  for (let size = 2; size <= useful.length && budget > 0; size++) {
    const { best, tried } = cheapestOfSize(size, { useful, open, inStock, to, budget });
    if (best) return best;
    budget -= tried;
  }
  return greedySites(useful, new Map(open), inStock);
}

type Search = { useful: readonly Site[]; open: ReadonlyArray<readonly [string, number]>; inStock: InStock; to: Destination; budget: number };

/** Sites come cheapest first, so a branch that already costs more than the best found cannot win. */
function cheapestOfSize(size: number, { useful, open, inStock, to, budget }: Search): { best: readonly Site[] | null; tried: number } {
  const costs = useful.map((site) => parcelCost(site, to));
  const enough = (sites: readonly Site[]) => open.every(([sku, need]) => sites.reduce((all, site) => all + inStock(sku, site), 0) >= need);
  let best: { sites: readonly Site[]; cost: Cost } | null = null;
  let tried = 0;
  const search = (from: number, picked: readonly Site[], cost: Cost): void => {
    if (picked.length === size) {
      tried += 1;
      if (enough(picked)) best = { sites: picked, cost };
      return;
    }
    for (let at = from; at <= useful.length - (size - picked.length) && tried < budget; at++) {
      const next = plus(cost, costs[at]!);
      if (best && compareCosts(atLeast(next, costs[at]!, size - picked.length - 1), best.cost) >= 0) return;
      search(at + 1, [...picked, useful[at]!], next);
    }
  };
  search(0, [], [0, 0, 0]);
  return { best: (best as { sites: readonly Site[] } | null)?.sites ?? null, tried };
}

/** Those that follow cost no less than this one. */
function atLeast(cost: Cost, each: Cost, more: number): Cost {
  return [cost[0] + each[0] * more, cost[1] + each[1] * more, cost[2] + each[2] * more];
}

function greedySites(ranked: readonly Site[], needs: Map<string, number>, inStock: InStock): readonly Site[] {
  const picked: Site[] = [];
  const covers = (site: Site) => [...needs].reduce((all, [sku, need]) => all + Math.min(need, inStock(sku, site)), 0);
  while ([...needs.values()].some((need) => need > 0)) {
    const best = ranked.filter((site) => !picked.includes(site)).reduce((a, b) => (covers(b) > covers(a) ? b : a));
    for (const [sku, need] of needs) needs.set(sku, Math.max(0, need - inStock(sku, best)));
    picked.push(best);
  }
  return picked;
}
