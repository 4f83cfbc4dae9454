import { formatMoney, money } from '../../shared/money.js';
import { isSelected, quantityOf, subtotalOf } from './selection.js';
import type { Candidate, Conditions, Effect, Refusal, Rule, Schedule, Situation } from './promotions.js';

const refusal = (reason: string, message: string): Refusal => ({ reason, message });
const shown = (amount: number, currency: string): string => formatMoney(money(amount, currency));

type Check = (candidate: Candidate, situation: Situation) => Refusal | null;

/** The first of these that does not hold is told. */
const CHECKS: readonly Check[] = [
  ({ rule }) => (rule.state === 'active' ? null : refusal('inactive', 'It is not running.')),
  ({ rule: { startsAt } }, { at }) => (startsAt !== null && at < startsAt ? refusal('not_started', `It begins on ${startsAt.toISOString()}.`) : null),
  ({ rule: { endsAt } }, { at }) => (endsAt !== null && at >= endsAt ? refusal('ended', `It ended on ${endsAt.toISOString()}.`) : null),
  ({ left }) => (left.ofCode === 0 ? refusal('code_used', 'This code was used.') : null),
  ({ left }) => (left.uses === 0 ? refusal('exhausted', 'Others took the last of it.') : null),
  ({ left }) => (left.ofCustomer === 0 ? refusal('customer_limit', 'You used it as often as it can be used.') : null),
  ({ left: { budget } }, { currency }) => {
    if (budget === null) return null;
    if (budget[currency] === undefined) return refusal('currency', `It does not run in ${currency}.`);
    return budget[currency] > 0 ? null : refusal('budget_spent', 'Its budget is spent.');
  },
  ({ rule: { conditions: { channels } } }, { channel }) => (channels && !channels.includes(channel ?? '') ? refusal('channel', 'It does not run where you buy.') : null),
  ({ rule: { conditions: { countries } } }, { country }) => (countries && !countries.includes(country) ? refusal('country', `It does not run in ${country}.`) : null),
  ({ rule: { conditions: { customerGroupIds } } }, { groupIds }) => (
    customerGroupIds && !customerGroupIds.some((id) => groupIds.includes(id)) ? refusal('customer_group', 'It is for a group of customers.') : null),
  ({ rule: { conditions: { firstOrder } } }, { isFirstOrder }) => (firstOrder && isFirstOrder === false ? refusal('first_order', 'It is for the first order only.') : null),
  ({ rule: { conditions: { schedule } } }, { at }) => (schedule && !isWithin(schedule, at) ? refusal('schedule', 'It runs at other hours.') : null),
  ({ rule: { effect } }, { currency }) => (isNamedIn(effect, currency) ? null : refusal('currency', `It does not run in ${currency}.`)),
  ({ rule }, situation) => itemsRefusal(rule, situation),
];

export function refusalOf(candidate: Candidate, situation: Situation): Refusal | null {
  for (const check of CHECKS) {
    const found = check(candidate, situation);
    if (found) return found;
  }
  return null;
}

/** An amount off or a cap that is not named in a currency is no amount at all there. */
function isNamedIn(effect: Effect, currency: string): boolean {
  if (effect.type === 'fixed') return effect.amounts[currency] !== undefined;
  const cap = 'cap' in effect ? effect.cap : undefined;
  return cap === undefined || cap[currency] !== undefined;
}

function itemsRefusal({ conditions }: Rule, { lines, currency }: Situation): Refusal | null {
  const counted = conditions.items ? lines.filter((line) => isSelected(line, conditions.items!)) : lines;
  if (counted.length === 0) return refusal('items', 'Nothing in the cart is part of it.');
  return subtotalRefusal(conditions.subtotal, subtotalOf(counted, currency).amount, currency) ?? quantityRefusal(conditions.quantity, quantityOf(counted));
}

function subtotalRefusal(bounds: Conditions['subtotal'], subtotal: number, currency: string): Refusal | null {
  const { min, max } = bounds ?? {};
  if ((min && min[currency] === undefined) || (max && max[currency] === undefined)) return refusal('currency', `It does not run in ${currency}.`);
  if (min && subtotal < min[currency]!) return refusal('subtotal_too_low', `It needs ${shown(min[currency]!, currency)}; the cart has ${shown(subtotal, currency)}.`);
  return max && subtotal > max[currency]! ? refusal('subtotal_too_high', `It is for at most ${shown(max[currency]!, currency)}; the cart has ${shown(subtotal, currency)}.`) : null;
}

function quantityRefusal(bounds: Conditions['quantity'], quantity: number): Refusal | null {
  const { min, max } = bounds ?? {};
  if (min !== undefined && quantity < min) return refusal('quantity_too_low', `It needs ${min} units; the cart has ${quantity}.`);
  return max !== undefined && quantity > max ? refusal('quantity_too_high', `It is for at most ${max} units; the cart has ${quantity}.`) : null;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  formats.set(timeZone, known);
  return known;
}

export function isWithin({ timeZone, weekdays, from = '00:00', to = '24:00' }: Schedule, at: Date): boolean {
  const parts = Object.fromEntries(formatOf(timeZone).formatToParts(at).map(({ type, value }) => [type, value]));
  const today = WEEKDAYS.indexOf(parts['weekday']!) + 1;
  const time = `${parts['hour']}:${parts['minute']}`;
  const runsOn = (day: number) => weekdays === undefined || weekdays.includes(day);
  if (from < to) return runsOn(today) && from <= time && time < to;
  return (runsOn(today) && time >= from) || (runsOn(today === 1 ? 7 : today - 1) && time < to);
}
