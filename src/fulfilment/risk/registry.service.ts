import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import { Recent } from '../../shared/cache/recent.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Fallback } from '../../shared/order-risk.js';
import { DAY_MS } from './features.js';
import { faultOf, type ModelFile } from './fraud-model.js';
import { DEFAULTS, type Choices, type Settings } from './risk.js';
import { ModelUnknown, ModelUnusable, NothingToRollBack } from './risk.errors.js';
import type { ModelSummary, RiskRepository } from './risk.repository.js';

/** Every order asks for them; a change is felt within this time. */
const REMEMBERED_MS = 900;

type Deps = { rows: RiskRepository; now: Clock; inTransaction: InTransaction; audit: RecordAudit };
/** Without a model the rules decide alone, and `fallback` says why. */
export type Engine = Readonly<{ settings: Settings; model: ModelFile | null; fallback?: Fallback }>;
type Change = Readonly<{ actor: Actor; ifMatch?: number | undefined }>;

/** Which model is asked, by which rules, and from which score on. Settings and models are kept in versions; nothing is overwritten. */
export class RegistryService {
  private readonly remembered = new Recent<Engine>({ ttlMs: REMEMBERED_MS, max: 1 });
  /** A model never changes, so it is read once. */
  private loaded: { version: string; model: ModelFile | null } | null = null;

  constructor(private readonly deps: Deps) {}

  current(): Promise<Engine> {
    return this.remembered.get('current', async () => {
      const settings = await this.settings();
      const { active } = settings.model;
      if (active === null) return { settings, model: null, fallback: 'no_model' };
      const model = await this.load(active);
      if (!model) return { settings, model, fallback: 'model_broken' };
      const isStale = this.deps.now().getTime() - Date.parse(model.trainedAt) > settings.modelMaxAgeDays * DAY_MS;
      return isStale ? { settings, model: null, fallback: 'model_stale' } : { settings, model };
    });
  }

  async settings(): Promise<Settings> {
    return await this.deps.rows.findSettings() ?? DEFAULTS;
  }

  models(query: PageQuery): Promise<Page<ModelSummary>> {
    return this.deps.rows.listModels(query);
  }

  /** Kept, not active: whoever looked at its measures activates it. */
  async register(file: ModelFile, { actor }: Change): Promise<void> {
    const { rows, inTransaction, audit, now } = this.deps;
    const fault = faultOf(file);
    if (fault !== null) throw new ModelUnusable(fault);
    await inTransaction(async () => {
      await rows.insertModel(file, now());
      await audit({ actor, action: 'fraud_model.registered', subject: `fraud-model:${file.version}`, after: { metrics: file.metrics, thresholds: file.thresholds } });
    });
  }

  choose(choices: Choices, change: Change): Promise<Settings> {
    return this.change(change, 'fraud_settings.changed', (before) => ({ ...before, ...choices }));
  }

  async activate(version: string, change: Change): Promise<Settings> {
    if (!await this.deps.rows.hasModel(version)) throw new ModelUnknown(version);
    const model = await this.deps.rows.loadModel(version);
    const fault = model ? faultOf(model) : 'what is stored was damaged';
    if (fault !== null) throw new ModelUnusable(fault);
    return this.change(change, 'fraud_model.activated', (before) => (
      before.model.active === version ? before : { ...before, model: { active: version, previous: before.model.active } }));
  }

  /** Back to the one before; again, and the two change places once more. */
  rollBack(change: Change): Promise<Settings> {
    return this.change(change, 'fraud_model.rolled_back', (before) => {
      if (before.model.previous === null) throw new NothingToRollBack();
      return { ...before, model: { active: before.model.previous, previous: before.model.active } };
    });
  }

  async findModel(version: string): Promise<ModelFile> {
    const found = await this.load(version);
    if (!found) throw new ModelUnknown(version);
    return found;
  }

  private async change({ actor, ifMatch }: Change, action: string, next: (before: Settings) => Settings): Promise<Settings> {
    const { rows, inTransaction, audit, now } = this.deps;
    const settings = await inTransaction(async () => {
      const before = await this.settings();
      requireVersion(ifMatch, before.version);
      const changed = next(before);
      if (changed === before) return before;
      const after = { ...changed, version: before.version + 1, createdAt: now() };
      await rows.insertSettings(after);
      await audit({ actor, action, subject: `fraud-settings:${after.version}`, before, after });
      return after;
    });
    this.remembered.forget('current');
    return settings;
  }

  /** Null for one that is missing, damaged or of another make: looked for again each time, since it can be mended. */
  private async load(version: string): Promise<ModelFile | null> {
    if (this.loaded?.version === version && this.loaded.model) return this.loaded.model;
    const model = await this.deps.rows.loadModel(version).catch((error: unknown) => {
      if (error instanceof SyntaxError) return null;
      throw error;
    });
    const sound = model && faultOf(model) === null ? model : null;
    this.loaded = { version, model: sound };
    return sound;
  }
}
