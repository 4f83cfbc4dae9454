import { later, type Clock } from '../../shared/clock.js';
import { deriveSecret, sameText } from '../../shared/crypto/tokens.js';
import { DownloadExpired, DownloadNotFound, DownloadUsedUp, FileNotStored } from './digital.errors.js';
import { linkText, tokenParts, type DigitalItem, type Grant, type StoredFile } from './digital.js';
import type { DigitalRepository } from './digital.repository.js';

const DAY_MS = 86_400_000;
type Deps = { digital: DigitalRepository; secret: string; publicUrl: string; now: Clock };
export type Download = Readonly<{ grant: Grant; name: string | null; url: string }>;

/** Files that were bought: a signed link for each, that ends after so many uses or at its time. */
export class DownloadsService {
  private readonly sign;

  constructor(private readonly deps: Deps) {
    this.sign = deriveSecret(deps.secret);
  }

  /** Inside the transaction that places the order. */
  async grant(orderId: string, items: readonly DigitalItem[]): Promise<void> {
    const now = this.deps.now();
    await this.deps.digital.addGrants(items.flatMap(({ id, sku, quantity, digital }) => (digital?.kind !== 'download' ? [] : [{
      orderId, itemId: id, sku, used: 0, max: digital.maxDownloads * quantity, expiresAt: later(now, digital.expiresInDays * DAY_MS), createdAt: now,
    }])));
  }

  async grantedTo(orderId: string): Promise<Download[]> {
    const grants = await this.deps.digital.findGrants(orderId);
    const names = await this.deps.digital.findFileNames(grants.map(({ sku }) => sku));
    return grants.map((grant) => ({ grant, name: names.get(grant.sku) ?? null, url: `${this.deps.publicUrl}/downloads/${this.tokenOf(grant)}` }));
  }

  /** Counts one use and answers the file. What cannot be answered is not counted. */
  async open(token: string): Promise<StoredFile> {
    const { digital, now } = this.deps;
    const parts = tokenParts(token);
    if (!parts || !sameText(parts.signature, this.sign(`download:${parts.text}`))) throw new DownloadNotFound();
    if (parts.expiresAt <= now()) throw new DownloadExpired();
    const grant = await digital.findGrant(parts.id);
    if (!grant) throw new DownloadNotFound();
    const file = await digital.findFile(grant.sku);
    if (!file) throw new FileNotStored(grant.sku);
    if (!await digital.use(grant.id, now())) throw new DownloadUsedUp(grant.max);
    return file;
  }

  private tokenOf(grant: Grant): string {
    const text = linkText(grant);
    return `${text}.${this.sign(`download:${text}`)}`;
  }
}
