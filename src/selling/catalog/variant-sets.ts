import type { Digital, Variant, VariantContent } from './catalog.js';

/** Of a download as many can be sold as anybody likes. */
export const UNLIMITED = 1_000_000;
/** Newer than anything that inventory could tell: such a variant does not follow the stock. */
const NEVER_FOLLOWS = Number.MAX_SAFE_INTEGER;

export const isSet = ({ components }: Pick<VariantContent, 'components'>): boolean => (components?.length ?? 0) > 0;
/** Copies of a file, and codes that are made up when they are sold, do not run out. */
const isEndless = (digital: Digital | null | undefined): boolean => digital?.kind === 'download' || digital?.kind === 'gift_card';

/** The stock that a variant shows before inventory was asked. */
export const firstStock = ({ digital }: Pick<VariantContent, 'digital'>): Pick<Variant, 'available' | 'stockVersion'> =>
  (isEndless(digital) ? { available: UNLIMITED, stockVersion: NEVER_FOLLOWS } : { available: 0, stockVersion: -1 });

/** What it consists of, or how it is sent, is another: its stock follows from something else. */
export const followsAnother = (before: VariantContent, after: VariantContent): boolean =>
  JSON.stringify(before.components ?? []) !== JSON.stringify(after.components ?? []) || isEndless(before.digital) !== isEndless(after.digital);

type Stock = Readonly<{ available: number; version: number }>;
/** As many as the scarcest component allows. The version rises with that of any component. */
export function stockOfSet(components: NonNullable<VariantContent['components']>, stock: ReadonlyMap<string, Stock>): Stock {
  const of = (sku: string): Stock => stock.get(sku) ?? { available: 0, version: 0 };
  return {
    available: Math.max(0, Math.min(...components.map(({ sku, quantity }) => Math.floor(of(sku).available / quantity)))),
    version: components.reduce((so, { sku }) => so + of(sku).version, 0),
  };
}
