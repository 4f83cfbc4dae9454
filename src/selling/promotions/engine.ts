import { formatMoney, money, portion, subtract, sum, times, zero, type Money } from '../../shared/money.js';
import type { AppliedPromotion, PromotionResult, SettledPromotions, TriedRule } from '../cart/index.js';
import type { Allocation } from '../pricing/index.js';
import { refusalOf } from './conditions.js';
import { reductionsOf, type OpenLine } from './effects.js';
import { PROMOTION_CLASSES, type Candidate, type Evidence, type Refusal, type Rule, type Situation } from './promotions.js';

/** `benefit` is what it would take off alone. */
type Judged = Readonly<{ candidate: Candidate; refusal: Refusal | null; benefit: Money }>;
type OnLines = Readonly<{ allocations: ReadonlyMap<string, readonly Allocation[]>; amounts: ReadonlyMap<string, Money> }>;
export type Decision = Pick<PromotionResult, 'lines' | 'settle'>;

/**
 * Which promotions act, and by how much. Lines and codes are put into one order of their own first, so it does not matter in
 * which they came; each rule acts on what the rules before it left, so that together they never exceed the price.
 */
export function decide(evidence: Evidence): Decision {
  const { situation, candidates } = evidence;
  const fresh = openLines(situation);
  const judged = stack(rank(candidates.map((candidate) => judge(candidate, situation, fresh))));
  const onLines = applyToLines(judged, fresh, situation.currency);
  return { lines: onLines.allocations, settle: (price) => settle(judged, onLines, evidence, price) };
}

function openLines({ lines, currency }: Situation): OpenLine[] {
  const sorted = [...lines].sort((a, b) => compare(a.sku, b.sku) || compare(a.id, b.id));
  return sorted.map((line) => ({ line, left: times(money(line.unitPrice, currency), line.quantity) }));
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
const isShipping = ({ candidate }: Judged): boolean => candidate.rule.class === 'shipping';
const NOTHING_TO_REDUCE: Refusal = { reason: 'nothing_to_reduce', message: 'There is nothing for it to take off.' };
const BUDGET_SPENT: Refusal = { reason: 'budget_spent', message: 'What is left of its budget is not enough for this cart.' };

function judge(candidate: Candidate, situation: Situation, fresh: readonly OpenLine[]): Judged {
  const { currency } = situation;
  const refusal = refusalOf(candidate, situation);
  if (refusal || candidate.rule.class === 'shipping') return { candidate, refusal, benefit: zero(currency) };
  const benefit = sum(reductionsOf(candidate.rule, fresh, currency), currency);
  if (benefit.amount === 0) return { candidate, refusal: NOTHING_TO_REDUCE, benefit };
  return { candidate, refusal: isBeyondBudget(candidate, benefit) ? BUDGET_SPENT : null, benefit };
}

const isBeyondBudget = ({ left: { budget } }: Candidate, { amount, currency }: Money): boolean => budget !== null && amount > (budget[currency] ?? 0);

/** The one order in which promotions are asked: priority, then what helps the shopper most, then the id. */
function rank(judged: readonly Judged[]): Judged[] {
  return [...judged].sort((a, b) => a.candidate.rule.priority - b.candidate.rule.priority || b.benefit.amount - a.benefit.amount
    || compare(a.candidate.rule.id, b.candidate.rule.id) || Number(a.refusal !== null) - Number(b.refusal !== null) || compare(a.candidate.code ?? '', b.candidate.code ?? ''));
}

/** Whoever comes first stays; those after it must combine with all that stay. */
function stack(ranked: readonly Judged[]): Judged[] {
  const staying: Rule[] = [];
  return ranked.map((one) => {
    const { rule } = one.candidate;
    if (one.refusal) return one;
    if (staying.some(({ id }) => id === rule.id)) return { ...one, refusal: { reason: 'same_promotion', message: 'Another code of the same promotion is used already.' } };
    const rival = staying.find((other) => !combine(rule, other));
    if (rival) return { ...one, refusal: { reason: 'not_combinable', message: `It does not combine with ${rival.name}.` } };
    staying.push(rule);
    return one;
  });
}

const combine = (a: Rule, b: Rule): boolean => a.combinesWith.includes(b.class) && b.combinesWith.includes(a.class);

function applyToLines(judged: readonly Judged[], fresh: readonly OpenLine[], currency: string): OnLines {
  const allocations = new Map<string, Allocation[]>();
  const amounts = new Map<string, Money>();
  let open = fresh;
  for (const { candidate } of inClasses(judged)) {
    const reductions = reductionsOf(candidate.rule, open, currency);
    amounts.set(candidate.rule.id, sum(reductions, currency));
    for (const [at, amount] of reductions.entries()) {
      if (amount.amount === 0) continue;
      const { id } = open[at]!.line;
      allocations.set(id, [...allocations.get(id) ?? [], allocationOf(candidate, amount)]);
    }
    open = open.map(({ line, left }, at) => ({ line, left: subtract(left, reductions[at]!) }));
  }
  return { allocations, amounts };
}

const inClasses = (judged: readonly Judged[]): Judged[] =>
  PROMOTION_CLASSES.flatMap((of) => judged.filter(({ refusal, candidate }) => refusal === null && of !== 'shipping' && candidate.rule.class === of));

const allocationOf = ({ rule, code }: Candidate, amount: Money): Allocation =>
  ({ promotionId: rule.id, ...(code !== undefined && { code }), name: rule.name, class: rule.class, amount });

function settle(judged: readonly Judged[], onLines: OnLines, { situation, unknown }: Evidence, price: Money | null): SettledPromotions {
  const { currency } = situation;
  const shipping: Allocation[] = [];
  let left = price;
  const ends = judged.map((one): Judged & { amount: Money } => {
    if (one.refusal) return { ...one, amount: zero(currency) };
    if (!isShipping(one)) {
      const amount = onLines.amounts.get(one.candidate.rule.id)!;
      return { ...one, amount, refusal: amount.amount === 0 ? NOTHING_TO_REDUCE : null };
    }
    const off = offShipping(one.candidate, left ?? zero(currency));
    if (left === null || off.refusal) return { ...one, refusal: left === null ? null : off.refusal, amount: zero(currency) };
    left = subtract(left, off.amount);
    shipping.push(allocationOf(one.candidate, off.amount));
    return { ...one, amount: off.amount };
  });
  const applied = ends.filter(({ refusal }) => refusal === null).map(({ candidate: { rule, code }, amount }): AppliedPromotion =>
    ({ promotionId: rule.id, name: rule.name, ...(code !== undefined && { code }), amount }));
  const refused = ends.flatMap(({ candidate: { code }, refusal }) => (code !== undefined && refusal ? [{ code, ...refusal }] : []));
  return { shipping, applied, refused: [...refused, ...unknown], tried: [...ends.map(triedOf), ...unknown.map((one) => unknownOf(one, currency))] };
}

function offShipping(candidate: Candidate, left: Money): { amount: Money; refusal: Refusal | null } {
  const { effect } = candidate.rule;
  if (effect.type !== 'shipping') return { amount: left, refusal: NOTHING_TO_REDUCE };
  const cap = effect.cap ? effect.cap[left.currency] ?? 0 : Infinity;
  const amount = money(Math.min(portion(left, effect.rateBps).amount, cap), left.currency);
  return { amount, refusal: amount.amount === 0 ? NOTHING_TO_REDUCE : isBeyondBudget(candidate, amount) ? BUDGET_SPENT : null };
}

function triedOf({ candidate: { rule, code }, refusal, amount }: Judged & { amount: Money }): TriedRule {
  const about = { promotionId: rule.id, name: rule.name, ...(code !== undefined && { code }), class: rule.class, trigger: rule.trigger };
  if (refusal) return { ...about, result: 'refused', ...refusal, amount };
  if (amount.amount === 0) return { ...about, result: 'applied', reason: 'awaits_shipping', message: 'It is taken off once a shipping method is chosen.', amount };
  return { ...about, result: 'applied', reason: 'applied', message: `${formatMoney(amount)} off.`, amount };
}

const unknownOf = ({ code, reason, message }: Evidence['unknown'][number], currency: string): TriedRule =>
  ({ promotionId: null, name: '', code, class: null, trigger: 'coupon', result: 'refused', reason, message, amount: zero(currency) });
