import type { FieldError } from '../../shared/errors.js';
import { isCurrency } from '../../shared/money.js';
import type { Amounts, Effect, PromotionFields } from './promotions.js';

/** A request as its schema lets it through: shapes are right, but what belongs together is not known yet. */
type Draft = Omit<PromotionFields, 'effect'> & { effect: Record<string, unknown> & { type: Effect['type'] } };
type Wrong = (path: string, code: string, message: string) => void;

const NEEDS: Readonly<Record<Effect['type'], readonly string[]>> = {
  percentage: ['rateBps'], fixed: ['amounts'], shipping: ['rateBps'], tiered: ['by', 'tiers'], buy_x_get_y: ['buy', 'get', 'rateBps'],
};
const ALLOWS: Readonly<Record<Effect['type'], readonly string[]>> = {
  percentage: ['cap'], fixed: ['perUnit'], shipping: ['cap'], tiered: [], buy_x_get_y: ['maxTimes'],
};

/** What no schema of one field can say: fields that need, exclude or contradict each other. All at once. */
export function contradictionsOf(draft: Draft): FieldError[] {
  const found: FieldError[] = [];
  const wrong: Wrong = (path, code, message) => { found.push({ pointer: `#/body/${path}`, code, message: `"${path.replaceAll('/', '.')}" ${message}` }); };
  checkEffect(draft, wrong);
  checkClass(draft, wrong);
  checkTimes(draft, wrong);
  for (const [path, amounts] of amountsOf(draft)) {
    for (const currency of Object.keys(amounts)) if (!isCurrency(currency)) wrong(`${path}/${currency}`, 'string_currency', 'must be a currency of ISO 4217');
  }
  return found;
}

function checkEffect({ effect }: Draft, wrong: Wrong): void {
  const { type } = effect;
  const fits = [...NEEDS[type], ...ALLOWS[type], 'type'];
  for (const name of NEEDS[type]) if (effect[name] === undefined) wrong(`effect/${name}`, 'any_required', `is required for ${type}`);
  for (const name of Object.keys(effect)) if (!fits.includes(name)) wrong(`effect/${name}`, 'object_unknown', `is not allowed for ${type}`);
  if (type !== 'tiered' || !Array.isArray(effect['tiers'])) return;
  const from = effect['by'] === 'quantity' ? 'minQuantity' : 'minSubtotal';
  for (const [at, tier] of (effect['tiers'] as Array<Record<string, unknown>>).entries()) {
    if (tier[from] === undefined) wrong(`effect/tiers/${at}/${from}`, 'any_required', 'is required');
    const other = from === 'minQuantity' ? 'minSubtotal' : 'minQuantity';
    if (tier[other] !== undefined) wrong(`effect/tiers/${at}/${other}`, 'object_unknown', `is not allowed by ${String(effect['by'])}`);
    if ((tier['rateBps'] === undefined) === (tier['amounts'] === undefined)) wrong(`effect/tiers/${at}`, 'object_xor', 'must have one of rateBps and amounts');
    if (tier['cap'] !== undefined && tier['rateBps'] === undefined) wrong(`effect/tiers/${at}/cap`, 'object_with', 'limits a rateBps');
  }
}

function checkClass({ class: of, effect: { type, perUnit }, appliesTo }: Draft, wrong: Wrong): void {
  if ((type === 'shipping') !== (of === 'shipping')) wrong('class', 'any_only', `must be ${type === 'shipping' ? 'shipping' : 'product or order'} for ${type}`);
  if (type === 'buy_x_get_y' && of === 'order') wrong('class', 'any_only', 'must be product for buy_x_get_y');
  if (perUnit === true && of === 'order') wrong('class', 'any_only', 'must be product for an amount off each unit');
  if (of === 'shipping' && Object.keys(appliesTo).length > 0) wrong('appliesTo', 'object_unknown', 'chooses lines, and shipping is none; use conditions.items');
}

function checkTimes({ startsAt, endsAt, conditions: { schedule, quantity, subtotal } }: Draft, wrong: Wrong): void {
  if (startsAt !== null && endsAt !== null && startsAt >= endsAt) wrong('endsAt', 'date_greater', 'must be after startsAt');
  if (schedule && (schedule.from ?? '00:00') === (schedule.to ?? '24:00')) wrong('conditions/schedule/to', 'any_invalid', 'must differ from its beginning');
  if (quantity?.min !== undefined && quantity.max !== undefined && quantity.min > quantity.max) wrong('conditions/quantity/max', 'number_min', 'must not be below min');
  for (const [currency, min] of Object.entries(subtotal?.min ?? {})) {
    if (subtotal?.max?.[currency] !== undefined && subtotal.max[currency] < min) wrong(`conditions/subtotal/max/${currency}`, 'number_min', 'must not be below min');
  }
}

function amountsOf({ effect, conditions, limits }: Draft): Array<[string, Amounts]> {
  const tiers = Array.isArray(effect['tiers']) ? (effect['tiers'] as Array<Record<string, Amounts | undefined>>) : [];
  const named: Array<[string, unknown]> = [
    ['effect/cap', effect['cap']], ['effect/amounts', effect['amounts']], ['conditions/subtotal/min', conditions.subtotal?.min], ['conditions/subtotal/max', conditions.subtotal?.max], ['limits/budget', limits.budget],
    ...tiers.flatMap((tier, at) => ['minSubtotal', 'amounts', 'cap'].map((name): [string, unknown] => [`effect/tiers/${at}/${name}`, tier[name]])),
  ];
  return named.filter((one): one is [string, Amounts] => one[1] !== undefined);
}

