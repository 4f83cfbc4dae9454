import type { Connection } from 'mongoose';
import { sha256 } from '../../shared/crypto/tokens.js';
import { duplicateKeyOf, orLostRace } from '../../shared/db/retry.js';
import { findPage } from '../../shared/db/page.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { ModelFile } from './fraud-model.js';
import { ModelExists } from './risk.errors.js';
import { fraudModelModel, refusalModel, settingsModel, type ModelRow, type RefusalRow, type SettingsRow } from './risk.model.js';
import type { Settings } from './risk.js';

export type ModelSummary = ModelRow['summary'] & { createdAt: Date };
export type Refusal = RefusalRow & { id: string };

export class RiskRepository {
  private readonly settings;
  private readonly models;
  private readonly refusals;

  constructor(connection: Connection) {
    this.settings = settingsModel(connection);
    this.models = fraudModelModel(connection);
    this.refusals = refusalModel(connection);
  }

  async findSettings(): Promise<Settings | null> {
    const found = await this.settings.findOne().sort({ _id: -1 }).lean();
    if (!found) return null;
    const { _id: version, ...settings } = found;
    return { version, ...settings };
  }

  /** The unique number lets one of two who change it at once through. */
  async insertSettings({ version, ...settings }: Settings): Promise<void> {
    await orLostRace(() => this.settings.insertMany([{ _id: version, ...settings } as SettingsRow], { lean: true }), 'The settings changed meanwhile. Read them again.');
  }

  async insertModel(file: ModelFile, now: Date): Promise<void> {
    const { forest: _forest, features: _features, ...summary } = file;
    const text = JSON.stringify(file);
    try {
      await this.models.insertMany([{ _id: file.version, file: text, hash: sha256(text), summary, createdAt: now }], { lean: true });
    } catch (error) {
      if (duplicateKeyOf(error) === null) throw error;
      throw new ModelExists(file.version);
    }
  }

  /** Null when there is none, or what is there is not what was stored. */
  async loadModel(version: string): Promise<ModelFile | null> {
    const found = await this.models.findById(version, { file: 1, hash: 1 }).lean();
    return found && sha256(found.file) === found.hash ? JSON.parse(found.file) as ModelFile : null;
  }

  async hasModel(version: string): Promise<boolean> {
    return await this.models.exists({ _id: version }) !== null;
  }

  async listModels(query: PageQuery): Promise<Page<ModelSummary>> {
    const page = await findPage<ModelRow>(this.models as never, { filter: {}, query, fallbackSort: '-createdAt', projection: { summary: 1, createdAt: 1 } });
    return { ...page, items: page.items.map(({ summary, createdAt }) => ({ ...summary, createdAt })) };
  }

  async insertRefusal(refusal: RefusalRow): Promise<void> {
    await this.refusals.insertMany([refusal], { lean: true });
  }

  async refusalsOf(keys: readonly string[]): Promise<RefusalRow[]> {
    return this.refusals.find({ keys: { $in: [...keys] } }).sort({ at: -1 }).limit(1000).lean();
  }

  async removeRefusals(keys: readonly string[]): Promise<number> {
    return (await this.refusals.deleteMany({ keys: { $in: [...keys] } })).deletedCount;
  }

  async listRefusals(query: PageQuery): Promise<Page<Refusal>> {
    const page = await findPage<RefusalRow>(this.refusals as never, { filter: {}, query, fallbackSort: '-at' });
    return { ...page, items: page.items.map(({ _id, ...row }) => ({ id: _id.toHexString(), ...row })) };
  }
}
