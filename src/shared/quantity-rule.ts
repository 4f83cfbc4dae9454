/** Of anything, in one line of a cart: what trade buys at once; it bounds sums, and what one order reserves. */
export const MAX_QUANTITY_PER_LINE = 10_000;

/** In which quantities something is sold: multiples of `step`, from `minimum` to `maximum`. What is absent does not limit. */
export type QuantityRule = Readonly<{ minimum?: number; maximum?: number; step?: number }>;
export type QuantityFault = Readonly<{ reason: 'below_minimum' | 'above_maximum' | 'not_a_step'; /** The nearest quantities that can be ordered, the smaller first. */ permitted: readonly number[] }>;

const stepOf = ({ step = 1 }: QuantityRule): number => step;
const upTo = (most: number, rule: QuantityRule): number => most - most % stepOf(rule);
const lowest = (rule: QuantityRule): number => upTo(Math.max(1, rule.minimum ?? 1) + stepOf(rule) - 1, rule);
const highest = (rule: QuantityRule, most: number): number => upTo(Math.min(rule.maximum ?? most, most), rule);

/** The largest quantity of at most `most` that can be ordered; 0 where none can. */
export function largestPermitted(rule: QuantityRule | null | undefined, most: number): number {
  if (!rule) return Math.max(0, most);
  const found = highest(rule, most);
  return found >= lowest(rule) ? found : 0;
}

/** Null where nothing is wrong with it. `most`: no line holds more of anything. */
export function quantityFault(quantity: number, rule: QuantityRule | null | undefined, most: number): QuantityFault | null {
  if (!rule) return null;
  const [low, high] = [lowest(rule), highest(rule, most)];
  if (quantity < low) return { reason: 'below_minimum', permitted: low <= high ? [low] : [] };
  if (quantity > high) return { reason: 'above_maximum', permitted: low <= high ? [high] : [] };
  const below = upTo(quantity, rule);
  return below === quantity ? null : { reason: 'not_a_step', permitted: [below, below + stepOf(rule)].filter((one) => one >= low && one <= high) };
}

/** Whether nobody could order anything by it. */
export const permitsNothing = (rule: QuantityRule, most: number): boolean => largestPermitted(rule, most) === 0;
