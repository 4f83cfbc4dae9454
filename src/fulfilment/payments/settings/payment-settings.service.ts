import type { Actor } from '../../../shared/actor.js';
import type { RecordAudit } from '../../../shared/audit.js';
import { Recent } from '../../../shared/cache/recent.js';
import type { Clock } from '../../../shared/clock.js';
import type { InTransaction } from '../../../shared/db/transaction.js';
import { requireVersion } from '../../../shared/http/etag.js';
import { DEFAULT_SETTINGS, type CaptureAt, type PaymentSettings } from './payment-settings.js';
import type { SettingsRepository } from './payment-settings.repository.js';

/** Every order by card asks for them; a change is felt within this time. */
const REMEMBERED_MS = 900;

type Deps = { settings: SettingsRepository; inTransaction: InTransaction; audit: RecordAudit; now: Clock };

export class SettingsService {
  private readonly remembered = new Recent<PaymentSettings>({ ttlMs: REMEMBERED_MS, max: 1 });

  constructor(private readonly deps: Deps) {}

  async captureAt(): Promise<CaptureAt> {
    return (await this.remembered.get('current', () => this.current())).capture;
  }

  async current(): Promise<PaymentSettings> {
    return await this.deps.settings.findLatest() ?? DEFAULT_SETTINGS;
  }

  async replace({ capture }: Pick<PaymentSettings, 'capture'>, { actor, ifMatch }: { actor: Actor; ifMatch: number | undefined }): Promise<PaymentSettings> {
    const { settings, inTransaction, audit, now } = this.deps;
    const changed = await inTransaction(async () => {
      const before = await this.current();
      requireVersion(ifMatch, before.version);
      const after = { capture, version: before.version + 1, changedAt: now() };
      await settings.insert(after);
      await audit({ actor, action: 'payment_settings.changed', subject: `payment-settings:${after.version}`, before, after });
      return after;
    });
    this.remembered.forget('current');
    return changed;
  }
}
