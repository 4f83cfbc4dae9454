import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { FieldCipher } from '../../shared/crypto/field-cipher.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Inventory } from '../inventory/index.js';
import { contextOf, type DigitalItem, type IssuedKey } from './digital.js';
import type { DigitalRepository } from './digital.repository.js';

type Deps = {
  digital: DigitalRepository; cipher: FieldCipher; inventory: Pick<Inventory, 'ensureWarehouse' | 'requireStockable' | 'receive'>; inTransaction: InTransaction; audit: RecordAudit; now: Clock;
};
export type Imported = Readonly<{ sku: string; added: number; duplicates: number; free: number; issued: number }>;

/** The pool counts as stock: a key is reserved as a unit when it is ordered, and goes out of the pool when the order is placed. */
export class LicenceKeysService {
  constructor(private readonly deps: Deps) {}

  /** Keys that the pool has, or had, are left out. The same import again adds nothing. */
  async import(sku: string, importId: string, keys: readonly string[], actor: Actor): Promise<Imported> {
    const { digital, cipher, inventory, inTransaction, audit, now } = this.deps;
    const warehouse = await retryLostRace(() => inventory.ensureWarehouse(DIGITAL_WAREHOUSE));
    await inventory.requireStockable(warehouse.id, [sku]);
    const marked = [...new Map(keys.map((key) => [cipher.blindIndex(key), key]))];
    return retryLostRace(() => inTransaction(async () => {
      const known = await digital.findMarks(sku, marked.map(([mark]) => mark));
      const added = marked.filter(([mark]) => !known.has(mark)).map(([mark, key]) => {
        const id = digital.newId();
        return { id, sku, mark, cipher: cipher.seal(key, contextOf(id)) };
      });
      if (added.length > 0) {
        await digital.addKeys(added, now());
        await inventory.receive({ receiptId: `keys:${sku}:${importId}:${added[0]!.id}`, warehouseId: warehouse.id, lines: [{ sku, quantity: added.length }], actor });
        await audit({ actor, action: 'licence_keys.imported', subject: `stock:${sku}`, after: { added: added.length } });
      }
      return { sku, added: added.length, duplicates: keys.length - added.length, ...await digital.countKeys(sku) };
    }));
  }

  /** Inside the transaction that places the order, which holds so many units of the pool. */
  async issue(orderId: string, items: readonly DigitalItem[]): Promise<void> {
    for (const { id, sku, quantity } of items) {
      const issued = await this.deps.digital.issue(sku, quantity, { orderId, itemId: id, now: this.deps.now() });
      if (issued !== quantity) throw new Error(`Order ${orderId} holds ${quantity} keys of ${sku}, the pool had ${issued}`);
    }
  }

  async issuedTo(orderId: string): Promise<IssuedKey[]> {
    const { digital, cipher } = this.deps;
    return (await digital.findIssued(orderId)).map(({ id, sku, itemId, cipher: sealed }) => ({ sku, itemId, key: cipher.open(sealed, contextOf(id)) }));
  }
}

/** Serves everybody and sends no parcels; its levels are the pools. */
const DIGITAL_WAREHOUSE = {
  code: 'DIGITAL', name: 'Digital goods', location: { city: 'Online', country: 'ZZ' }, regionsServed: [], shippingTimeEstimates: {}, priority: 1_000_000, kind: 'digital',
} as const;
