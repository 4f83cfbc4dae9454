import type { SpokenAttribute } from './attribute-words.js';
import type { Fields, FieldValue } from './catalog.js';

type Dimension = 'length' | 'mass' | 'volume';
/** How much of the base unit (millimetre, gram, millilitre) one of them is: exact by definition (international yard and pound, 1959; US gallon). */
const UNITS: Readonly<Record<string, readonly [Dimension, number]>> = {
  mm: ['length', 1], cm: ['length', 10], m: ['length', 1000], in: ['length', 25.4], inch: ['length', 25.4], inches: ['length', 25.4], '"': ['length', 25.4], '″': ['length', 25.4], ft: ['length', 304.8], foot: ['length', 304.8], feet: ['length', 304.8], yd: ['length', 914.4],
  mg: ['mass', 0.001], g: ['mass', 1], kg: ['mass', 1000], oz: ['mass', 28.349523125], ounce: ['mass', 28.349523125], ounces: ['mass', 28.349523125], lb: ['mass', 453.59237], lbs: ['mass', 453.59237], pound: ['mass', 453.59237], pounds: ['mass', 453.59237],
  ml: ['volume', 1], cl: ['volume', 10], l: ['volume', 1000], litre: ['volume', 1000], litres: ['volume', 1000], 'fl oz': ['volume', 29.5735295625], gal: ['volume', 3785.411784],
};
/** The unit that people read sizes of a home in. */
const SHOWN_IN: Readonly<Record<Dimension, readonly [string, number]>> = { length: ['cm', 10], mass: ['g', 1], volume: ['ml', 1] };
const MEASURED = /^\s*(\d+(?:[.,]\d+)?)\s*(fl oz|[a-z]+|"|″)\.?\s*$/i;

export type Quantity = Readonly<{ amount: number; unit: string }>;
export type ComparedAttribute = Readonly<{ name: string; differs: boolean; values: ReadonlyArray<FieldValue | null>; quantities?: ReadonlyArray<Quantity | null> }>;

/** `1,000` is a thousand and `0,5` a half: a comma before three digits parts thousands, unless nothing stands before it. */
const numberOf = (text: string): number => Number(/^[1-9]\d{0,2},\d{3}$/.test(text) ? text.replace(',', '') : text.replace(',', '.'));

/** `12 in` as 30.48 cm, rounded to a hundredth; null for what is no measure. */
export function quantityOf(value: FieldValue | null): Quantity | null {
  const [, amount, unit] = typeof value === 'string' ? MEASURED.exec(value) ?? [] : [];
  const known = unit === undefined ? undefined : UNITS[unit.toLowerCase()];
  if (!known || amount === undefined) return null;
  const [dimension, size] = known;
  const [shown, shownSize] = SHOWN_IN[dimension];
  return { amount: Math.round(numberOf(amount) * size / shownSize * 100) / 100, unit: shown };
}

type Labelled = ComparedAttribute & Readonly<{ label: string; labels?: ReadonlyArray<string | null> }>;
/** With what a reader calls the attribute, and its values where they have such words. */
export function labelled(compared: ComparedAttribute, words: SpokenAttribute | undefined): Labelled {
  const called = words?.labels ?? {};
  const labels = compared.values.map((value) => ([value].flat().some((one) => called[String(one)] !== undefined) ? [value].flat().map((one) => called[String(one)] ?? String(one)).join(', ') : null));
  return { ...compared, label: words?.name ?? compared.name, ...(labels.some((label) => label !== null) && { labels }) };
}

/** Side by side, each attribute in one unit, so that 30.48 cm and 12 in are the same. Missing ones are null. */
export function compareAttributes(products: ReadonlyArray<{ attributes: Fields }>): ComparedAttribute[] {
  const names = [...new Set(products.flatMap(({ attributes }) => Object.keys(attributes)))].sort();
  return names.map((name) => {
    const values = products.map(({ attributes }) => attributes[name] ?? null);
    const quantities = values.map(quantityOf);
    const isMeasured = new Set(quantities.flatMap((quantity) => quantity?.unit ?? [])).size === 1 && values.every((value, at) => value === null || quantities[at] !== null);
    const compared = isMeasured ? quantities : values;
    return { name, differs: new Set(compared.map((value) => JSON.stringify(value))).size > 1, values, ...(isMeasured && { quantities }) };
  });
}
