import type { PostalArea, Rate } from '../tax.js';
import { normalised } from './rates.js';

export type TaxRateFields = Readonly<{
  country: string; region?: string; postal?: PostalArea; category: string; layer: string; name: string; rateBps: number; jurisdiction?: string;
  validFrom: Date; validTo?: Date | null; reason?: string;
}>;
export type TaxRate = Rate & Readonly<{ id: string; version: number; createdAt: Date; updatedAt: Date }>;

/** Two rows with this text are the same rate: the second one replaces the first or is refused. */
export function keyOf({ country, region = '', postal, category, layer, validFrom }: TaxRateFields): string {
  const area = !postal ? '' : 'prefix' in postal ? `${postal.prefix}*` : `${postal.from}-${postal.to}`;
  return [country, region, area, category, layer, validFrom.toISOString()].join('|');
}

/** As it is stored: capitals without spaces, and a jurisdiction of its own. */
export function withDefaults(fields: TaxRateFields): TaxRateFields & { jurisdiction: string } {
  const { region, postal } = fields;
  const area = postal && ('prefix' in postal ? { prefix: normalised(postal.prefix) } : { from: normalised(postal.from), to: normalised(postal.to) });
  return { ...fields, ...(region !== undefined && { region: region.toUpperCase() }), ...(area && { postal: area }), jurisdiction: fields.jurisdiction ?? [fields.country, region?.toUpperCase()].filter(Boolean).join('-') };
}
