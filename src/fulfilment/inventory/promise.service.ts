import type { Clock } from '../../shared/clock.js';
import { addWorkingDays, daysUntil } from './calendar.js';
import { RegionNotServed, SkuNotFound } from './inventory.errors.js';
import { owingOf, type Destination, type Level } from './inventory.js';
import type { InventoryRepository } from './inventory.repository.js';
import { promiseOf, servedBy, type DeliveryPromise, type Expected, type PromisedLine } from './promise.js';
import { sellableStock } from './queue.js';
import type { Warehouse } from './warehouses.js';

export type Goods = Readonly<{
  /** Of these SKUs the ones that are sold as sets of others, with what is in one unit. */
  componentsOf(skus: readonly string[]): Promise<ReadonlyMap<string, readonly PromisedLine[]>>;
  /** Whether everybody sees this SKU, or whoever comes through the channel. */
  isShown(sku: string, channel: string | null): Promise<boolean>;
}>;
export type PromiseRequest = Readonly<{ lines: readonly PromisedLine[]; at?: Date }> & Destination;

/** Says when goods would arrive, and where nothing is sent at all. */
export class PromiseService {
  constructor(private readonly deps: { stock: InventoryRepository; warehouses: () => Promise<ReadonlyMap<string, Warehouse>>; now: Clock } & Goods) {}

  /** One round trip, unless sets are among the lines. The answer is what an order placed at that moment would get. */
  async promiseFor({ lines: asked, country, region, at = this.deps.now() }: PromiseRequest): Promise<DeliveryPromise> {
    const warehouses = await this.active();
    const { lines, levels } = await this.withParts(asked, await this.activeLevels(asked), at);
    return promiseOf({ lines, stock: sellableStock(levels), warehouses, to: { country, region }, at, expected: expectedOf(levels, at) });
  }

  /** Days and stock would tell of what is not shown yet, or only elsewhere. */
  async requireShown(sku: string, channel: string | null): Promise<void> {
    if (!await this.deps.isShown(sku, channel)) throw new SkuNotFound([sku]);
  }

  /** Costs no round trip. */
  async refuseUnserved(to: Destination): Promise<void> {
    const warehouses = await this.active();
    if (warehouses.length === 0 || servedBy(warehouses, to).length > 0) return;
    throw new RegionNotServed(to, [...new Set(warehouses.flatMap(({ regionsServed }) => regionsServed))].sort());
  }

  /** When what leaves there on that day arrives. No round trip. */
  async arrivesOn(warehouseId: string, shipsOn: string, workingDays: number): Promise<{ day: string; inDays: number }> {
    const calendar = (await this.deps.warehouses()).get(warehouseId) ?? {};
    const day = addWorkingDays(calendar, shipsOn, workingDays);
    return { day, inDays: daysUntil(calendar, this.deps.now(), day) };
  }

  /** A set lies in no warehouse: what nobody has may be one. */
  private async withParts(asked: readonly PromisedLine[], levels: readonly Level[], at: Date): Promise<{ lines: readonly PromisedLine[]; levels: readonly Level[] }> {
    const known = new Set(levels.filter((level) => level.onHand > 0 || owingOf(level, at)).map(({ sku }) => sku));
    const absent = asked.map(({ sku }) => sku).filter((sku) => !known.has(sku));
    const sets = absent.length === 0 ? new Map<string, readonly PromisedLine[]>() : await this.deps.componentsOf(absent);
    if (sets.size === 0) return { lines: asked, levels };
    const lines = asked.flatMap((line) => sets.get(line.sku)?.map(({ sku, quantity }) => ({ sku, quantity: quantity * line.quantity })) ?? [line]);
    return { lines, levels: await this.activeLevels(lines) };
  }

  private async activeLevels(lines: readonly PromisedLine[]): Promise<Level[]> {
    return (await this.deps.stock.findLevels([...new Set(lines.map(({ sku }) => sku))])).filter(({ active }) => active);
  }

  private async active(): Promise<Warehouse[]> {
    return [...(await this.deps.warehouses()).values()].filter(({ active, kind }) => active && kind !== 'digital');
  }
}

function expectedOf(levels: readonly Level[], at: Date): Expected[] {
  return levels.flatMap((level) => {
    const owing = owingOf(level, at);
    return owing && owing.room > 0 ? [{ sku: level.sku, warehouseId: level.warehouseId, quantity: owing.room, readyAt: owing.readyAt }] : [];
  });
}

