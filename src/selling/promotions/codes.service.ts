import type { RecordAudit } from '../../shared/audit.js';
import type { Actor } from '../../shared/actor.js';
import type { Clock } from '../../shared/clock.js';
import { couponCode } from '../../shared/coupon-code.js';
import { randomText } from '../../shared/crypto/tokens.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { InvalidRequest } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { CodeFilter, CodeRepository } from './codes.repository.js';
import { CodeNotFound, CodesTaken, NotACouponPromotion, PromotionNotFound } from './promotions.errors.js';
import type { CouponCode, Promotion } from './promotions.js';
import type { PromotionRepository } from './promotions.repository.js';
import type { AddCodesBody } from './promotions.schemas.js';

/** Without letters and digits that look alike. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTVWXYZ';
const PIECE = 64 * 1024;
const BATCH_ID = '0123456789abcdef';

type Deps = { codes: CodeRepository; promotions: Pick<PromotionRepository, 'find'>; inTransaction: InTransaction; audit: RecordAudit; now: Clock };

export class CodesService {
  constructor(private readonly deps: Deps) {}

  /** Named or random, all of them or none. */
  async add(promotionId: string, { count, prefix, length, codes: named, maxUses }: AddCodesBody, actor: Actor): Promise<{ batchId: string; created: number }> {
    const { inTransaction, audit } = this.deps;
    if ((count === undefined) === (named === undefined)) throw new InvalidRequest([{ pointer: '#/body', code: 'object_xor', message: 'one of "count" and "codes" is required' }]);
    const promotion = await this.promotionOf(promotionId);
    const wanted = named ? [...new Set(named.map(couponCode))] : randomCodes(count!, prefix, length);
    return inTransaction(async () => {
      const batchId = await this.insert(promotion, wanted, maxUses);
      await audit({ actor, action: 'promotion.codes_added', subject: `promotion:${promotionId}`, after: { batchId, created: wanted.length, maxUses } });
      return { batchId, created: wanted.length };
    });
  }

  /** One code for everybody, inside the transaction that makes the promotion. */
  async addShared(promotion: Promotion, typed: string): Promise<void> {
    await this.insert(promotion, [couponCode(typed)], null);
  }

  async findPage(promotionId: string, filter: CodeFilter, query: PageQuery): Promise<Page<CouponCode>> {
    await this.promotionOf(promotionId);
    return this.deps.codes.findPage(promotionId, filter, query);
  }

  /** Orders that have it keep it. */
  deactivate(promotionId: string, typed: string, actor: Actor): Promise<CouponCode> {
    const code = couponCode(typed);
    return this.deps.inTransaction(async () => {
      const found = await this.deps.codes.deactivate(promotionId, code);
      if (!found) throw new CodeNotFound(code);
      await this.deps.audit({ actor, action: 'promotion.code_deactivated', subject: `promotion:${promotionId}`, after: { code } });
      return found;
    });
  }

  /** All codes as CSV, only as fast as they are read. */
  async export(promotionId: string): Promise<AsyncGenerator<string>> {
    await this.promotionOf(promotionId);
    return this.lines(promotionId);
  }

  private async *lines(promotionId: string): AsyncGenerator<string> {
    let piece = 'code,max_uses,uses,active,created_at\n';
    for await (const { code, maxUses, uses, active, createdAt } of this.deps.codes.walk(promotionId)) {
      piece += `${code},${maxUses ?? ''},${uses},${active},${createdAt.toISOString()}\n`;
      if (piece.length < PIECE) continue;
      yield piece;
      piece = '';
    }
    if (piece !== '') yield piece;
  }

  private async promotionOf(id: string): Promise<Promotion> {
    const found = await this.deps.promotions.find(id);
    if (!found) throw new PromotionNotFound(id);
    return found;
  }

  private async insert({ id: promotionId, trigger }: Promotion, wanted: readonly string[], maxUses: number | null): Promise<string> {
    const { codes, now } = this.deps;
    if (trigger !== 'coupon') throw new NotACouponPromotion();
    const taken = await codes.existing(wanted);
    if (taken.length > 0) throw new CodesTaken(taken.slice(0, 20));
    const batchId = randomText(24, BATCH_ID);
    await codes.add(wanted.map((code) => ({ code, promotionId, maxUses, uses: 0, active: true, batchId, createdAt: now() })));
    return batchId;
  }
}

function randomCodes(count: number, prefix: string | undefined, length: number): string[] {
  const made = new Set<string>();
  while (made.size < count) made.add(`${couponCode(prefix ?? '')}${randomText(length, ALPHABET)}`);
  return [...made];
}
