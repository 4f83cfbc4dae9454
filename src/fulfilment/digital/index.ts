import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { createFieldCipher } from '../../shared/crypto/field-cipher.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { PersonalData } from '../../shared/personal-data.js';
import { actorOf } from '../../shared/http/caller.js';
import type { Route } from '../../shared/http/route.js';
import type { Invariant } from '../../shared/invariant.js';
import type { Inventory } from '../inventory/index.js';
import type { OrderOwner } from '../orders/index.js';
import { DigitalRepository } from './digital.repository.js';
import { digitalRoutes, downloadRoute } from './digital.routes.js';
import type { DigitalItem } from './digital.js';
import { DownloadsService } from './downloads.service.js';
import { LicenceKeysService } from './licence-keys.service.js';

type Deps = {
  connection: Connection; now: Clock; inTransaction: InTransaction; audit: RecordAudit; secret: string; publicUrl: string; uploadFolder?: string;
  inventory: Pick<Inventory, 'ensureWarehouse' | 'requireStockable' | 'receive' | 'ship'>;
  requireOrder(id: string, owner: OrderOwner): Promise<unknown>;
  orderIdsOf(userId: string): Promise<string[]>;
  outbox: Pick<Outbox, 'record'>;
};

export function createDigital({ connection, now, inTransaction, audit, secret, publicUrl, inventory, requireOrder, orderIdsOf, outbox, uploadFolder = join(tmpdir(), 'kontor-uploads') }: Deps) {
  const digital = new DigitalRepository(connection);
  const keys = new LicenceKeysService({ digital, cipher: createFieldCipher(secret, 'licence-keys'), inventory, inTransaction, audit, now });
  const downloads = new DownloadsService({ digital, secret, publicUrl, now });
  const routes: Route[] = digitalRoutes({
    keys, downloads, uploadFolder, requireOrder,
    saveFile: (file, caller) => inTransaction(async () => {
      await digital.saveFile(file, now());
      await audit({ actor: actorOf(caller), action: 'digital.file_set', subject: `stock:${file.sku}`, after: { name: file.name, bytes: file.bytes.length } });
    }),
  });
  const invariants: Invariant[] = [{
    name: 'digital.pool_equals_stock',
    check: async () => (await digital.findUnlikeStock()).map(({ _id, keys: difference }) => ({ invariant: 'digital.pool_equals_stock', subject: `stock:${_id}`, detail: `free keys and stock differ by ${difference}` })),
  }];

  const personalData: PersonalData = {
    name: 'downloads', collections: ['download_grants'],
    export: async ({ userId }) => (await digital.grantsOf(await orderIdsOf(userId))).map(({ orderId, sku, used, max, expiresAt }) => ({ orderId, sku, used, max, expiresAt })),
    /** Nobody is left to download. Keys that were sold stay sold: they are of the stock, not of a person. */
    erase: async ({ userId }) => digital.removeGrants(await orderIdsOf(userId)),
  };

  /** Inside the transaction that pays them back: keys are taken out of use, and what was bought can be downloaded so often less. */
  async function revoke({ id, items }: { id: string; items: readonly DigitalItem[] }, lines: ReadonlyArray<{ itemId: string; quantity: number }>): Promise<void> {
    const ended: Array<{ itemId: string; sku: string; quantity: number }> = [];
    for (const { itemId, quantity } of lines) {
      const item = items.find((one) => one.id === itemId);
      const count = item?.digital?.kind === 'licence_key' ? await digital.revoke({ orderId: id, itemId, quantity, now: now() }) : 0;
      const isEnded = item?.digital?.kind === 'download' && await digital.lessUses(id, itemId, item.digital.maxDownloads * quantity);
      if (item && (count > 0 || isEnded)) ended.push({ itemId, sku: item.sku, quantity });
    }
    // Whoever sold the keys has to be told which count no longer; the keys themselves stand in no event.
    if (ended.length > 0) await outbox.record({ type: 'order.digital_revoked', aggregateId: id, data: { orderId: id, lines: ended } });
  }

  return {
    personalData,
    revoke,
    routes, invariants, rootRoutes: [downloadRoute(downloads)],
    /** Inside the transaction that places an order: its keys leave the pool, its files can be downloaded. Answers what was sent. */
    async deliver({ id, items }: { id: string; items: readonly DigitalItem[] }): Promise<Array<{ itemId: string; quantity: number }>> {
      const licensed = items.filter((item) => item.digital?.kind === 'licence_key');
      const files = items.filter((item) => item.digital?.kind === 'download');
      if (licensed.length > 0) {
        await keys.issue(id, licensed);
        await inventory.ship({ orderId: id, lines: licensed.map((item) => ({ lineId: item.id, quantity: item.quantity })) });
      }
      if (files.length > 0) await downloads.grant(id, files);
      return [...licensed, ...files].map((item) => ({ itemId: item.id, quantity: item.quantity }));
    },
  };
}
