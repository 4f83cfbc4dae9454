import type { PastOrder } from '../../shared/order-risk.js';
import { major } from './assess.service.js';
import { DAY_MS, MEMORY_MS } from './features.js';
import type { ModelFile } from './fraud-model.js';
import { sigmoid } from './learning/boosting.js';
import { buildDataset, type Transaction } from './learning/dataset.js';
import { areaUnderRoc, averagePrecision } from './learning/measures.js';
import { scoreRows } from './learning/protocol.js';
import type { RegistryService } from './registry.service.js';
import { pointsOf, type Thresholds } from './risk.js';
import { TooManyOrders } from './risk.errors.js';

const BATCH = 1000;
export const MOST_ORDERS = 20_000;

export type BackTest = Readonly<{ from: Date; to: Date; model?: string | undefined; thresholds?: Thresholds | undefined }>;
export type TestedWeek = Readonly<{ from: Date; orders: number; frauds: number; reviewed: number; refused: number; caught: number; precision: number | null; recall: number | null }>;
export type BackTestResult = Readonly<{
  engine: 'model' | 'recorded'; model: string | null; fallback: string | null; thresholds: Thresholds; orders: number; frauds: number; auc: number | null; averagePrecision: number | null; weeks: readonly TestedWeek[];
}>;
type Slice = (after: string | null, from: Date, to: Date, limit: number) => Promise<PastOrder[]>;
type Tested = Readonly<{ at: number; score: number; isFraud: boolean }>;

/** What a model and other thresholds would have done with the shop's own orders; each order sees only what was known when it was placed. */
export class BackTestService {
  constructor(private readonly deps: { slice: Slice; registry: Pick<RegistryService, 'current' | 'findModel'> }) {}

  async run({ from, to, model: version, thresholds }: BackTest): Promise<BackTestResult> {
    const { settings, model: active, fallback } = await this.deps.registry.current();
    const model = version === undefined ? active : await this.deps.registry.findModel(version);
    const limits = thresholds ?? settings.thresholds;
    // What came before tells what was usual.
    const orders = await this.orders(new Date(from.getTime() - (model ? MEMORY_MS : 0)), to);
    const tested = (model ? scored(orders, model, settings.thresholds) : recorded(orders)).filter(({ at }) => at >= from.getTime());
    const rows = { scores: Float64Array.from(tested, ({ score }) => score), labels: Uint8Array.from(tested, ({ isFraud }) => (isFraud ? 1 : 0)) };
    const frauds = tested.filter(({ isFraud }) => isFraud).length;
    const measurable = frauds > 0 && frauds < tested.length;
    return {
      engine: model ? 'model' : 'recorded', model: model?.version ?? null, fallback: model ? null : fallback ?? null, thresholds: limits, orders: tested.length, frauds,
      auc: measurable ? areaUnderRoc(rows) : null, averagePrecision: measurable ? averagePrecision(rows) : null, weeks: weeksOf(tested, from, limits),
    };
  }

  /** For training on what happened here. */
  async transactions(from: Date, to: Date, most = Infinity): Promise<Transaction[]> {
    return (await this.orders(from, to, most)).map(toTransaction);
  }

  private async orders(from: Date, to: Date, most = MOST_ORDERS): Promise<PastOrder[]> {
    const found: PastOrder[] = [];
    for (let after: string | null = null; ;) {
      const batch: PastOrder[] = await this.deps.slice(after, from, to, BATCH);
      found.push(...batch);
      if (found.length > most) throw new TooManyOrders(most);
      if (batch.length < BATCH) return found.sort((a, b) => a.at.getTime() - b.at.getTime());
      after = batch.at(-1)!.id;
    }
  }
}

function toTransaction({ at, amount, currency, keys, label }: PastOrder): Transaction {
  const of = (kind: string) => keys.find((key) => key.startsWith(kind));
  return { at: at.getTime(), amount: major({ amount, currency }), customer: of('user:') ?? of('email:') ?? '', place: of('address:') ?? '', isFraud: label?.isFraud === true };
}

function scored(orders: readonly PastOrder[], model: ModelFile, shop: Thresholds): Tested[] {
  const data = buildDataset(orders.map(toTransaction));
  const { scores } = scoreRows(model.forest, data, Uint32Array.from(orders, (_, row) => row));
  return orders.map(({ at, label }, row) => ({ at: at.getTime(), score: pointsOf(sigmoid(scores[row]!), model.thresholds, shop), isFraud: label?.isFraud === true }));
}

const recorded = (orders: readonly PastOrder[]): Tested[] => orders.map(({ at, score, label }) => ({ at: at.getTime(), score, isFraud: label?.isFraud === true }));

function weeksOf(tested: readonly Tested[], from: Date, { review, refuse }: Thresholds): TestedWeek[] {
  const weeks = new Map<number, Tested[]>();
  for (const row of tested) {
    const week = Math.floor((row.at - from.getTime()) / (7 * DAY_MS));
    const rows = weeks.get(week) ?? [];
    rows.push(row);
    weeks.set(week, rows);
  }
  return [...weeks].sort(([a], [b]) => a - b).map(([week, rows]) => {
    const flagged = rows.filter(({ score }) => score >= review);
    const [frauds, caught] = [rows, flagged].map((some) => some.filter(({ isFraud }) => isFraud).length) as [number, number];
    return {
      from: new Date(from.getTime() + week * 7 * DAY_MS), orders: rows.length, frauds, reviewed: flagged.filter(({ score }) => score < refuse).length, refused: flagged.filter(({ score }) => score >= refuse).length, caught,
      precision: flagged.length > 0 ? caught / flagged.length : null, recall: frauds > 0 ? caught / frauds : null,
    };
  });
}
