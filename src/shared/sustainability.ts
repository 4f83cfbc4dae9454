/** What people know of the climate of a product. Grams of CO2e per unit; `footprintGrams` is the sum where nobody knows the parts. */
export type Sustainability = Readonly<{
  footprintGrams?: number; recycledPercent?: number; certifications?: readonly string[]; madeIn?: string;
  carbonFootprint?: Readonly<{ productionGrams?: number; packagingGrams?: number; shippingEstimateGrams?: number; sustainabilityScore?: number }>;
  ecoMetrics?: Readonly<{ recyclableComponents?: readonly string[]; sustainableMaterials?: readonly string[]; carbonOffset?: boolean }>;
}>;
export type UnitFootprint = Readonly<{ productionGrams: number; packagingGrams: number; shippingEstimateGrams?: number }>;

/** A product that nothing is known of stands behind all others. */
export const NO_SCORE = -1;
const HALF_AT_GRAMS = 10_000;

/** Null: nobody has said what making it costs the climate. */
export function footprintOf(known: Sustainability | null): UnitFootprint | null {
  const { productionGrams, packagingGrams, shippingEstimateGrams } = known?.carbonFootprint ?? {};
  const estimate = shippingEstimateGrams === undefined ? {} : { shippingEstimateGrams };
  if (productionGrams === undefined && packagingGrams === undefined) return known?.footprintGrams === undefined ? null : { productionGrams: known.footprintGrams, packagingGrams: 0, ...estimate };
  return { productionGrams: productionGrams ?? known?.footprintGrams ?? 0, packagingGrams: packagingGrams ?? 0, ...estimate };
}

/**
 * 0 to 100; docs/sustainability.md. As given, else: footprint 50 x 10 kg / (10 kg + production + packaging), recycled share 20 x percent / 100,
 * recyclable components 10, sustainable materials 10, certifications 5, production offset 5; rounded once.
 */
export function scoreOf(known: Sustainability | null): number {
  if (!known) return NO_SCORE;
  const { carbonFootprint: { sustainabilityScore } = {}, ecoMetrics: { recyclableComponents = [], sustainableMaterials = [], carbonOffset = false } = {}, recycledPercent, certifications = [] } = known;
  if (sustainabilityScore !== undefined) return sustainabilityScore;
  const footprint = footprintOf(known);
  const isNothingKnown = !footprint && recycledPercent === undefined && certifications.length + recyclableComponents.length + sustainableMaterials.length === 0 && !carbonOffset;
  if (isNothingKnown) return NO_SCORE;
  const climate = footprint ? 50 * HALF_AT_GRAMS / (HALF_AT_GRAMS + footprint.productionGrams + footprint.packagingGrams) : 0;
  const bonus = [[recyclableComponents.length > 0, 10], [sustainableMaterials.length > 0, 10], [certifications.length > 0, 5], [carbonOffset, 5]] as const;
  return Math.round(climate + 20 * (recycledPercent ?? 0) / 100 + bonus.reduce((so, [isThere, points]) => (isThere ? so + points : so), 0));
}

export const isOffset = (known: Sustainability | null): boolean => known?.ecoMetrics?.carbonOffset === true;
