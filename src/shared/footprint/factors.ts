/** How goods travel, and what each way emits per tonne and kilometre. */
export const MODES = ['van', 'hgv', 'sea', 'air_short', 'air_long'] as const;
export type Mode = (typeof MODES)[number];

/**
 * kg CO2e per tonne-kilometre x 100,000, so that they are whole numbers. UK Government greenhouse gas conversion factors for company reporting 2025
 * (Open Government Licence v3.0), freighting goods: average van of unknown fuel, all heavy goods vehicles averagely laden, average container ship,
 * short- and long-haul freight flights with radiative forcing. Results keep the version; a new year is a new entry here, never a changed one.
 */
const VERSIONS = {
  'uk-gov-2025': { van: 63_823, hgv: 10_163, sea: 1_612, air_short: 127_835, air_long: 89_939 },
} as const satisfies Record<string, Readonly<Record<Mode, number>>>;

export type FactorsVersion = keyof typeof VERSIONS;
export const CURRENT_FACTORS: FactorsVersion = 'uk-gov-2025';
export const factorsOf = (version: string): Readonly<Record<Mode, number>> => {
  const found = VERSIONS[version as FactorsVersion] as Readonly<Record<Mode, number>> | undefined;
  if (!found) throw new RangeError(`There are no transport factors ${version}`);
  return found;
};

/** Grams of CO2e of so many grams over so many kilometres. */
export const transportGrams = (massGrams: number, km: number, mode: Mode, version: string): number => Math.round(massGrams * km * factorsOf(version)[mode] / 100_000_000);
