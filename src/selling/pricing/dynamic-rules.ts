import type { PriceTier } from '../../shared/ladder.js';
import type { Audience, Period } from './price-lists.js';
import { roundTo, type Rounding } from './rounding.js';

/** Minor units by currency. */
export type Amounts = Readonly<Record<string, number>>;
export type Adjustment =
  /** -1000 is ten percent less. */
  | Readonly<{ kind: 'percent'; bps: number }>
  | Readonly<{ kind: 'amount'; amounts: Amounts }>
  /** The lowest price among competitors that is not older than that, so much above or below it. */
  | Readonly<{ kind: 'competitor'; bps: number; maxAgeHours: number }>;

export type DynamicRuleFields = Audience & Period & Readonly<{
  name: string; priority: number; active: boolean;
  /** None of them: everything. */
  skus: readonly string[]; productIds: readonly string[]; categoryIds: readonly string[];
  /** 1 is Monday; none means every day. */
  weekdays: readonly number[];
  /** Local times; one that ends before it begins runs over midnight. */
  hours: Readonly<{ from: string; to: string }> | null;
  timeZone: string;
  /** Available units, both included. */
  stock: Readonly<{ min: number | null; max: number | null }> | null;
  adjust: Adjustment;
  /** Parts of the price that is moved; the result is never outside. */
  floorBps: number; ceilingBps: number;
  floor: Amounts; ceiling: Amounts;
  rounding: Rounding | null;
}>;
export type DynamicRule = DynamicRuleFields & Readonly<{ id: string; version: number; createdAt: Date; updatedAt: Date }>;

/** What a rule looks at. */
export type Subject = Readonly<{ sku: string; productId: string; categoryIds: readonly string[]; available: number }>;
export type CompetitorPrice = Readonly<{ sku: string; competitor: string; currency: string; amount: number; observedAt: Date }>;
type Moment = Readonly<{ currency: string; at: Date; competitors: readonly CompetitorPrice[] }>;

const HOUR_MS = 3_600_000;

/** The day of the week and the time of the clock on the wall. */
export function localTime(at: Date, timeZone: string): { weekday: number; time: string } {
  const parts = new Map(formatter(timeZone).formatToParts(at).map(({ type, value }) => [type, value]));
  return { weekday: DAYS.indexOf(parts.get('weekday')!) + 1, time: `${parts.get('hour')!}:${parts.get('minute')!}` };
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const formatters = new Map<string, Intl.DateTimeFormat>();
/** Making one costs a hundred times what using it does. */
function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone) ?? new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  formatters.set(timeZone, known);
  return known;
}

export function isInHours({ weekdays, hours, timeZone }: Pick<DynamicRule, 'weekdays' | 'hours' | 'timeZone'>, at: Date): boolean {
  if (weekdays.length === 0 && hours === null) return true;
  const { weekday, time } = localTime(at, timeZone);
  if (weekdays.length > 0 && !weekdays.includes(weekday)) return false;
  if (hours === null) return true;
  const { from, to } = hours;
  return from <= to ? from <= time && time < to : time >= from || time < to;
}

export function concerns({ skus, productIds, categoryIds, stock }: DynamicRule, subject: Subject): boolean {
  const isNamed = skus.length + productIds.length + categoryIds.length === 0
    || skus.includes(subject.sku) || productIds.includes(subject.productId) || categoryIds.some((id) => subject.categoryIds.includes(id));
  return isNamed && (stock === null || ((stock.min === null || subject.available >= stock.min) && (stock.max === null || subject.available <= stock.max)));
}

/** Within floor and ceiling whatever happens; null when the rule has nothing to say or its limits leave no room. */
export function movedAmount(rule: DynamicRule, amount: number, subject: Pick<Subject, 'sku'>, moment: Moment): number | null {
  const target = targetOf(rule.adjust, amount, subject, moment);
  if (target === null) return null;
  const floor = Math.max(share(amount, rule.floorBps, 'up'), rule.floor[moment.currency] ?? 0);
  const ceiling = Math.min(share(amount, rule.ceilingBps, 'down'), rule.ceiling[moment.currency] ?? Infinity);
  if (floor > ceiling) return null;
  const within = (value: number) => Math.min(Math.max(value, floor), ceiling);
  return within(roundTo(within(target), rule.rounding));
}

function targetOf(adjust: Adjustment, amount: number, { sku }: Pick<Subject, 'sku'>, { currency, at, competitors }: Moment): number | null {
  if (adjust.kind === 'percent') return share(amount, 10_000 + adjust.bps, 'nearest');
  if (adjust.kind === 'amount') return adjust.amounts[currency] === undefined ? null : amount + adjust.amounts[currency];
  const oldest = at.getTime() - adjust.maxAgeHours * HOUR_MS;
  const fresh = competitors.filter((price) => price.sku === sku && price.currency === currency && price.observedAt.getTime() >= oldest);
  return fresh.length === 0 ? null : share(Math.min(...fresh.map((price) => price.amount)), 10_000 + adjust.bps, 'nearest');
}

const ROUND = { up: 9_999n, nearest: 5_000n, down: 0n } as const;
/** Of an amount that is not negative. */
const share = (amount: number, bps: number, mode: keyof typeof ROUND): number => Number((BigInt(amount) * BigInt(bps) + ROUND[mode]) / 10_000n);

/** The first rule, in their order, that has a price for it. */
export function moveBy(rules: readonly DynamicRule[], subject: Subject, moment: Moment): ((amount: number) => { amount: number; source: PriceTier['source'] } | null) | undefined {
  const fitting = rules.filter((rule) => concerns(rule, subject));
  if (fitting.length === 0) return undefined;
  return (amount) => {
    for (const rule of fitting) {
      const moved = movedAmount(rule, amount, subject, moment);
      if (moved !== null) return { amount: moved, source: { kind: 'dynamic_rule', id: rule.id, name: rule.name } };
    }
    return null;
  };
}
