import type { RecordAudit } from '../../shared/audit.js';
import type { Cache } from '../../shared/cache/cache.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { Pricing } from '../pricing/index.js';
import type { Backorderable, Image } from './catalog.js';

/** What the catalogue needs of inventory; stock belongs there, the catalogue shows a copy. */
export type InventoryPort = {
  /** Inside the caller's transaction: nothing on hand in every warehouse. */
  createLevels(items: ReadonlyArray<{ sku: string; productId: string }>): Promise<void>;
  availabilityOf(skus: readonly string[]): Promise<ReadonlyMap<string, { available: number; version: number; backorderable: Backorderable | null }>>;
};

/** What the catalogue needs of uploaded files. */
export type MediaPort = {
  /** Inside the caller's transaction: keeps what is shown from now on, and answers it with its addresses. */
  adopt(before: readonly Image[], after: readonly Image[]): Promise<readonly Image[]>;
};

export type Writing = {
  media: MediaPort;
  now: Clock; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; cache: Pick<Cache, 'invalidate'>;
  pricing: Pick<Pricing, 'record'>; inventory: InventoryPort; audit: RecordAudit;
};
