import type { SettledPromotions } from '../../../src/selling/cart/index.js';
import { decide } from '../../../src/selling/promotions/engine.js';
import { UNLIMITED, type Candidate, type Effect, type Evidence, type Rule, type RuleLine, type Situation } from '../../../src/selling/promotions/promotions.js';
import { money } from '../../../src/shared/money.js';

const ALL = ['product', 'order', 'shipping'] as const;
let made = 0;

/** A rule that runs now and combines with everything, unless told otherwise. */
export function rule(effect: Effect, more: Partial<Rule> = {}): Rule {
  const of = effect.type === 'shipping' ? 'shipping' : effect.type === 'buy_x_get_y' ? 'product' : 'order';
  const id = String(++made).padStart(24, '0');
  return {
    id, name: `Rule ${made}`, state: 'active', counted: false, trigger: 'automatic', class: of, priority: 100, combinesWith: ALL, startsAt: null, endsAt: null,
    appliesTo: {}, effect, conditions: {}, limits: {}, ...more,
  };
}

export const percent = (rateBps: number, more?: Partial<Rule>) => rule({ type: 'percentage', rateBps }, more);
export const line = (sku: string, unitPrice: number, quantity = 1, more: Partial<RuleLine> = {}): RuleLine =>
  ({ id: `line-${sku}`, sku, productId: `product-${sku}`, categoryIds: [], quantity, unitPrice, onSale: false, ...more });
export const situation = (lines: readonly RuleLine[], more: Partial<Situation> = {}): Situation => ({
  at: new Date('2026-11-18T12:00:00Z'), currency: 'EUR', country: 'DE', channel: null, groupIds: [], isFirstOrder: null, lines, ...more,
});
export const candidate = (of: Rule, more: Partial<Candidate> = {}): Candidate => ({ rule: of, left: UNLIMITED, ...more });
export const evidence = (lines: readonly RuleLine[], rules: readonly Rule[], more: Partial<Situation> = {}): Evidence =>
  ({ situation: situation(lines, more), candidates: rules.map((one) => candidate(one)), unknown: [] });

/** What a decision comes to, in plain numbers: by SKU, on shipping, and in all. */
export function result(of: Evidence, shipping: number | null = null) {
  const { lines, settle } = decide(of);
  const settled: SettledPromotions = settle(shipping === null ? null : money(shipping, of.situation.currency));
  const off = Object.fromEntries(of.situation.lines.map(({ id, sku }) => [sku, (lines.get(id) ?? []).reduce((so, { amount }) => so + amount.amount, 0)]));
  const postage = settled.shipping.reduce((so, { amount }) => so + amount.amount, 0);
  return { off, postage, total: Object.values(off).reduce((so, one) => so + one, 0) + postage, applied: settled.applied, refused: settled.refused, tried: settled.tried, lines };
}
export const reasons = (of: Evidence) => result(of).tried.map(({ reason }) => reason);
