/** Prices end as the shop likes it: the nearest `ending` in steps of `step` minor units. 99 in steps of 100 is x.99; 0 in steps of 5 is every 5. */
export type Rounding = Readonly<{ step: number; ending: number }>;

export function roundTo(amount: number, rounding: Rounding | null): number {
  if (rounding === null || amount === 0) return amount;
  const { step, ending } = rounding;
  const beyond = (((amount - ending) % step) + step) % step;
  const below = amount - beyond;
  const nearest = beyond * 2 >= step ? below + step : below;
  return nearest < 0 ? nearest + step : nearest;
}
