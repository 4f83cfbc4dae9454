import { keyOf, sumBySku, type Allocation, type Available, type OrderLine, type Shortage, type Site } from './inventory.js';

/** Beyond so many combinations the search settles for a good answer; shops with fewer than 14 warehouses never get there. */
const MAX_TRIED = 20_000;
const EVERYWHERE = '*';

type Plan = { allocations: Allocation[]; shortages: Shortage[] };
type Wanted = { lines: readonly OrderLine[]; stock: readonly Available[]; sites: readonly Site[]; country: string };
type Needs = ReadonlyMap<string, number>;

/** A warehouse that names no region serves all of them. */
export const serves = ({ regionsServed }: Site, country: string): boolean =>
  regionsServed.length === 0 || regionsServed.includes(country) || regionsServed.includes(EVERYWHERE);

/**
 * Which warehouse sends what: as many units as possible from those that serve the country, then the fewest parcels, then
 * the preferred warehouses. All lines or none; the same SKU on several lines counts together.
 */
export function planAllocation({ lines, stock, sites, country }: Wanted): Plan {
  const left = new Map(stock.map((level) => [keyOf(level), level.available]));
  const inStock = (sku: string, site: Site) => left.get(keyOf({ sku, warehouseId: site.id })) ?? 0;
  const total = (sku: string, among: readonly Site[]) => among.reduce((all, site) => all + inStock(sku, site), 0);

  const needs = sumBySku(lines);
  const shortages = [...needs].map(([sku, requested]) => ({ sku, requested, available: total(sku, sites) }))
    .filter(({ requested, available }) => available < requested);
  if (shortages.length > 0) return { allocations: [], shortages };

  const ranked = [...sites].sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));
  const near = ranked.filter((site) => serves(site, country));
  const far = ranked.filter((site) => !near.includes(site));
  const fromNear = new Map([...needs].map(([sku, need]) => [sku, Math.min(need, total(sku, near))]));
  const fromFar = new Map([...needs].map(([sku, need]) => [sku, need - (fromNear.get(sku) ?? 0)]));
  const chosen = [fewestSites(near, fromNear, inStock), fewestSites(far, fromFar, inStock)];

  return { shortages: [], allocations: lines.flatMap((line) => shareOut(line, chosen, left)) };
}

/** What is left of a line leaves from one warehouse when one of the group can take it whole; else it is split. */
function shareOut(line: OrderLine, groups: ReadonlyArray<readonly Site[]>, left: Map<string, number>): Allocation[] {
  const at = (site: Site) => keyOf({ sku: line.sku, warehouseId: site.id });
  const allocations: Allocation[] = [];
  let open = line.quantity;
  for (const group of groups) {
    const whole = group.find((site) => (left.get(at(site)) ?? 0) >= open);
    for (const site of whole ? [whole] : group) {
      const quantity = Math.min(open, left.get(at(site)) ?? 0);
      if (quantity === 0) continue;
      left.set(at(site), (left.get(at(site)) ?? 0) - quantity);
      allocations.push({ ...line, quantity, warehouseId: site.id });
      open -= quantity;
    }
  }
  return allocations;
}

/** The smallest set that has it all, and among those the one that comes first in rank. */
function fewestSites(ranked: readonly Site[], needs: Needs, inStock: (sku: string, site: Site) => number): readonly Site[] {
  const open = [...needs].filter(([, need]) => need > 0);
  if (open.length === 0) return [];
  const useful = ranked.filter((site) => open.some(([sku]) => inStock(sku, site) > 0));
  const enough = (sites: readonly Site[]) =>
    open.every(([sku, need]) => sites.reduce((all, site) => all + inStock(sku, site), 0) >= need);

  let tried = 0;
  const search = (size: number, from: number, picked: readonly Site[]): readonly Site[] | null => {
    if (picked.length === size) return ++tried <= MAX_TRIED && enough(picked) ? picked : null;
    for (let at = from; at <= useful.length - (size - picked.length) && tried <= MAX_TRIED; at++) {
      const found = search(size, at + 1, [...picked, useful[at]!]);
      if (found) return found;
    }
    return null;
  };
  for (let size = 1; size <= useful.length && tried <= MAX_TRIED; size++) {
    const found = search(size, 0, []);
    if (found) return found;
  }
  return greedySites(useful, new Map(open), inStock);
}

function greedySites(ranked: readonly Site[], needs: Map<string, number>, inStock: (sku: string, site: Site) => number): readonly Site[] {
  const picked: Site[] = [];
  const covers = (site: Site) => [...needs].reduce((all, [sku, need]) => all + Math.min(need, inStock(sku, site)), 0);
  while ([...needs.values()].some((need) => need > 0)) {
    const best = ranked.filter((site) => !picked.includes(site)).reduce((a, b) => (covers(b) > covers(a) ? b : a));
    for (const [sku, need] of needs) needs.set(sku, Math.max(0, need - inStock(sku, best)));
    picked.push(best);
  }
  return picked;
}
