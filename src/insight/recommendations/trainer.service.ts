import { randomUUID } from 'node:crypto';
import type { Actor } from '../../shared/actor.js';
import { SYSTEM } from '../../shared/actor.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { RecordAudit } from '../../shared/audit.js';
import { packBaskets } from './basket-gram.js';
import { lastNight, rankTrending, type ModelInfo } from './recommendations.js';
import type { RecommendationModelRepository } from './recommendation-models.repository.js';
import { trainInThread } from './training-thread.js';
import { SETTINGS, type Corpus, type OnProgress } from './training.js';
import type { ViewRepository } from './views.repository.js';

export const TRAINING_JOB = 'recommendations.train';
const DAY_MS = 86_400_000;
const STEP = 500;
/** Two years of a large shop; of more, the latest. */
const MOST_ORDERS = 200_000;
const MOST_PRODUCTS = 50_000;
const TRENDING_DAYS = 28;
const TRENDING = 200;
const MOST_SOLD = 20_000;

export type Basket = Readonly<{ id: string; at: Date; productIds: readonly string[] }>;
export type DescribedProduct = Readonly<{ id: string; text: string }>;
type JobRef = Readonly<{ id: string }>;
export type TrainerDeps = Readonly<{
  now: Clock; inTransaction: InTransaction; audit: RecordAudit;
  /** Orders that stand, the latest first; `before` is an id. */
  basketsBefore(before: string | null, limit: number): Promise<Basket[]>;
  basketsSince(at: Date, limit: number): Promise<Basket[]>;
  products(): AsyncIterable<DescribedProduct>;
  enqueue(job: { type: string; input: object; createdBy: Actor }): Promise<JobRef>;
}>;
type Deps = TrainerDeps & { models: RecommendationModelRepository; views: Pick<ViewRepository, 'since'> };

export class TrainerService {
  /** Of this process, so that a night is asked for once; a second worker's would only train again. */
  private askedFor: Date | null = null;

  constructor(private readonly deps: Deps) {}

  /** Once a night, and at once where there has never been one. */
  async askWhenDue(): Promise<boolean> {
    const night = lastNight(this.deps.now());
    const [latest] = await this.deps.models.versions();
    if ((latest && latest.trainedAt >= night) || this.askedFor?.getTime() === night.getTime()) return false;
    if ((await this.deps.basketsBefore(null, 2)).length < 2) return false;
    await this.ask(SYSTEM);
    this.askedFor = night;
    return true;
  }

  async ask(actor: Actor): Promise<JobRef> {
    const { enqueue, inTransaction, audit } = this.deps;
    return inTransaction(async () => {
      const job = await enqueue({ type: TRAINING_JOB, input: {}, createdBy: actor });
      await audit({ actor, action: 'recommendations.training_requested', subject: `job:${job.id}` });
      return job;
    });
  }

  /** Null where there is too little to learn from; the model before stays. */
  async train(onProgress: OnProgress = () => {}, signal?: AbortSignal): Promise<ModelInfo | null> {
    const corpus = await this.corpus();
    const model = await trainInThread(corpus, SETTINGS, onProgress, signal);
    if (!model) return null;
    signal?.throwIfAborted();
    const info = { revision: randomUUID(), trainedAt: this.deps.now(), orders: corpus.baskets.ageDays.length, products: corpus.productIds.length };
    await this.deps.models.save(model, info);
    return info;
  }

  async refreshTrending(): Promise<number> {
    const { models, views, basketsSince, now } = this.deps;
    const since = new Date(now().getTime() - TRENDING_DAYS * DAY_MS);
    const sold = (await basketsSince(since, MOST_SOLD)).flatMap(({ at, productIds }) => productIds.map((productId) => ({ productId, at })));
    const ranked = rankTrending(sold, await views.since(since, MOST_SOLD), now(), TRENDING);
    await models.saveTrending(ranked, now());
    return ranked.length;
  }

  private async corpus(): Promise<Corpus> {
    const products: DescribedProduct[] = [];
    for await (const product of this.deps.products()) if (products.push(product) === MOST_PRODUCTS) break;
    const index = new Map(products.map(({ id }, at) => [id, at]));
    const orders: Array<{ items: number[]; ageDays: number }> = [];
    const now = this.deps.now().getTime();
    for (let before: string | null = null; orders.length < MOST_ORDERS;) {
      const found: Basket[] = await this.deps.basketsBefore(before, STEP);
      for (const { at, productIds } of found) {
        orders.push({ items: [...new Set(productIds)].flatMap((id) => index.get(id) ?? []), ageDays: Math.max(0, now - at.getTime()) / DAY_MS });
      }
      if (found.length < STEP) break;
      before = found.at(-1)!.id;
    }
    return { productIds: products.map(({ id }) => id), texts: products.map(({ text }) => text), baskets: packBaskets(orders.filter(({ items }) => items.length > 0)) };
  }
}
