import { Recent } from '../../shared/cache/recent.js';
import type { Clock } from '../../shared/clock.js';
import type { RecommendationModelRepository } from './recommendation-models.repository.js';
import { rowsOf, type RecommendationModel } from './recommendations.js';

/** Every process has a new model so soon after it was stored. */
const LOOK_MS = 20_000;
/** An older one knows too little of what is sold today. */
const STALE_MS = 14 * 86_400_000;

export type Held = Readonly<{ model: RecommendationModel; rows: ReadonlyMap<string, number>; revision: string; trainedAt: Date }>;
type Deps = { models: Pick<RecommendationModelRepository, 'versions' | 'load' | 'findTrending'>; now: Clock; report: (error: unknown) => void };

/** What this process knows: the model and what is trending. The old ones serve until the new ones are here. */
export class ModelHolder {
  private readonly looks = new Recent<void>({ ttlMs: LOOK_MS, max: 1 });
  private held: Held | null = null;
  private trending: readonly string[] = [];
  private hasLooked = false;

  constructor(private readonly deps: Deps) {}

  /** Waits for the database only at the first time; then the look for news goes on beside the answer. */
  async current(): Promise<{ held: Held | null; trending: readonly string[] }> {
    const look = this.looks.get('model', () => this.look()).catch(this.deps.report);
    if (!this.hasLooked) await look;
    const isFresh = this.held !== null && this.deps.now().getTime() - this.held.trainedAt.getTime() <= STALE_MS;
    return { held: isFresh ? this.held : null, trending: this.trending };
  }

  /** What trends and sells everywhere, hidden or sold out or not. */
  async popularIds(most: number): Promise<readonly string[]> {
    const { held, trending } = await this.current();
    // Of all that sells no more than are wanted, and so many that what trends as well leaves no gap.
    const popular = Array.from(held?.model.popular.slice(0, most + trending.length) ?? [], (row) => held!.model.productIds[row]!);
    return [...new Set([...trending, ...popular])].slice(0, most);
  }

  async lookAgain(): Promise<void> {
    this.looks.forget('model');
    await this.looks.get('model', () => this.look());
  }

  private async look(): Promise<void> {
    const [versions, trending] = await Promise.all([this.deps.models.versions(), this.deps.models.findTrending()]);
    this.trending = trending;
    const latest = versions[0];
    if (latest && latest.revision !== this.held?.revision) {
      const model = await this.deps.models.load(latest.revision);
      if (model) this.held = { model, rows: rowsOf(model), revision: latest.revision, trainedAt: latest.trainedAt };
    }
    this.hasLooked = true;
  }
}
