import type { PostalArea, Rate } from '../tax.js';

/** Percent from a day on; each row ends the one before it. */
type Steps = ReadonlyArray<readonly [from: string, percent: number]>;
type Country = Readonly<{ name?: string; rates: Readonly<Record<string, Steps | number>>; areas?: readonly Area[] }>;
/** A part of a country with rates of its own; 0 means outside of its tax area. */
type Area = Readonly<{ of: string; prefixes: readonly string[]; rates: Readonly<Record<string, Steps | number>> }>;

/** Known to hold since then at the latest: the tables are for sales, not for history. */
const SINCE = '2015-01-01';
const NONE = { standard: 0 };
const OVERSEAS = { standard: 8.5, reduced: 2.1, reduced_2: 2.1 };

/**
 * Facts: the rates of value added tax, by the laws of each state. `reduced` is the lower of several reduced rates,
 * `reduced_2` the higher. Which goods belong to them is for the shop to say: it is told by the tax category of a variant.
 */
const COUNTRIES: Readonly<Record<string, Country>> = {
  AT: { rates: { standard: 20, reduced: 10, reduced_2: [['2016-01-01', 13]], parking: [['2016-01-01', 13]] }, areas: [{ of: 'AT-JM', prefixes: ['6691', '6991', '6992', '6993'], rates: { standard: 19, reduced: 10, reduced_2: 13 } }] },
  BE: { rates: { standard: 21, reduced: 6, reduced_2: 12, parking: 12 } },
  BG: { rates: { standard: 20, reduced: 9 } },
  CH: { rates: { standard: [[SINCE, 8], ['2018-01-01', 7.7], ['2024-01-01', 8.1]], reduced: [[SINCE, 2.5], ['2024-01-01', 2.6]], lodging: [[SINCE, 3.8], ['2018-01-01', 3.7], ['2024-01-01', 3.8]] } },
  CY: { rates: { standard: 19, reduced: 5, reduced_2: 9 } },
  CZ: { rates: { standard: 21, reduced: [[SINCE, 15], ['2024-01-01', 12]] } },
  DE: {
    rates: { standard: [[SINCE, 19], ['2020-07-01', 16], ['2021-01-01', 19]], reduced: [[SINCE, 7], ['2020-07-01', 5], ['2021-01-01', 7]] },
    areas: [{ of: 'DE-BUS', prefixes: ['78266'], rates: NONE }, { of: 'DE-HEL', prefixes: ['27498'], rates: NONE }],
  },
  DK: { rates: { standard: 25 } },
  EE: { rates: { standard: [[SINCE, 20], ['2024-01-01', 22], ['2025-07-01', 24]], reduced: [[SINCE, 9], ['2025-01-01', 13]], press: [[SINCE, 9], ['2022-08-01', 5], ['2025-01-01', 9]] } },
  ES: {
    rates: { standard: 21, reduced: 10, super_reduced: 4 },
    areas: [{ of: 'ES-CN', prefixes: ['35', '38'], rates: NONE }, { of: 'ES-CE', prefixes: ['51'], rates: NONE }, { of: 'ES-ML', prefixes: ['52'], rates: NONE }],
  },
  FI: { rates: { standard: [[SINCE, 24], ['2024-09-01', 25.5]], reduced: 10, reduced_2: [[SINCE, 14], ['2026-01-01', 13.5]] } },
  FR: {
    rates: { standard: 20, reduced: 5.5, reduced_2: 10, super_reduced: 2.1 },
    areas: [{ of: 'FR-GP', prefixes: ['971'], rates: OVERSEAS }, { of: 'FR-MQ', prefixes: ['972'], rates: OVERSEAS }, { of: 'FR-GF', prefixes: ['973'], rates: NONE },
      { of: 'FR-RE', prefixes: ['974'], rates: OVERSEAS }, { of: 'FR-YT', prefixes: ['976'], rates: NONE }],
  },
  GB: { rates: { standard: 20, reduced: 5 } },
  GR: { rates: { standard: [[SINCE, 23], ['2016-06-01', 24]], reduced: 6, reduced_2: 13 }, areas: [{ of: 'GR-69', prefixes: ['63086'], rates: NONE }] },
  HR: { rates: { standard: 25, reduced: 5, reduced_2: 13 } },
  HU: { rates: { standard: 27, reduced: 5, reduced_2: 18 } },
  IE: { rates: { standard: [[SINCE, 23], ['2020-09-01', 21], ['2021-03-01', 23]], reduced: 9, reduced_2: 13.5, super_reduced: 4.8, parking: 13.5 } },
  IT: { rates: { standard: 22, reduced: [['2016-01-01', 5]], reduced_2: 10, super_reduced: 4 }, areas: [{ of: 'IT-CAM', prefixes: ['22061'], rates: NONE }, { of: 'IT-LIV', prefixes: ['23041'], rates: NONE }] },
  JP: { name: 'Consumption tax', rates: { standard: [[SINCE, 8], ['2019-10-01', 10]], reduced: [['2019-10-01', 8]] } },
  KW: { rates: { standard: 0 } },
  LI: { rates: { standard: [[SINCE, 8], ['2018-01-01', 7.7], ['2024-01-01', 8.1]], reduced: [[SINCE, 2.5], ['2024-01-01', 2.6]], lodging: [[SINCE, 3.8], ['2018-01-01', 3.7], ['2024-01-01', 3.8]] } },
  LT: { rates: { standard: 21, reduced: 5, reduced_2: [[SINCE, 9], ['2026-01-01', 12]] } },
  LU: { rates: {
    standard: [[SINCE, 17], ['2023-01-01', 16], ['2024-01-01', 17]], reduced: [[SINCE, 8], ['2023-01-01', 7], ['2024-01-01', 8]],
    super_reduced: 3, parking: [[SINCE, 14], ['2023-01-01', 13], ['2024-01-01', 14]],
  } },
  LV: { rates: { standard: 21, reduced: [['2018-01-01', 5]], reduced_2: 12 } },
  MT: { rates: { standard: 18, reduced: 5, reduced_2: 7 } },
  NL: { rates: { standard: 21, reduced: [[SINCE, 6], ['2019-01-01', 9]] } },
  NO: { name: 'MVA', rates: { standard: 25, reduced: [[SINCE, 8], ['2016-01-01', 10], ['2018-01-01', 12]], food: 15 } },
  PL: { rates: { standard: 23, reduced: 5, reduced_2: 8 } },
  PT: {
    rates: { standard: 23, reduced: 6, reduced_2: 13, parking: 13 },
    areas: [{ of: 'PT-30', prefixes: ['90', '91', '92', '93', '94'], rates: { standard: 22, reduced: [[SINCE, 5], ['2024-10-01', 4]], reduced_2: 12 } }, { of: 'PT-20', prefixes: ['95', '96', '97', '98', '99'], rates: { standard: [[SINCE, 18], ['2021-07-01', 16]], reduced: 4, reduced_2: 9 } }],
  },
  RO: { rates: { standard: [[SINCE, 24], ['2016-01-01', 20], ['2017-01-01', 19], ['2025-08-01', 21]], reduced: [[SINCE, 9], ['2025-08-01', 11]] } },
  SE: { rates: { standard: 25, reduced: 6, reduced_2: 12 } },
  SI: { rates: { standard: 22, reduced: [['2020-01-01', 5]], reduced_2: 9.5 } },
  SK: { rates: { standard: [[SINCE, 20], ['2025-01-01', 23]], reduced: [['2025-01-01', 5]], reduced_2: [['2025-01-01', 19]] } },
};

const LAYER = 'vat';
const day = (text: string): Date => new Date(`${text}T00:00:00Z`);
const stepsOf = (steps: Steps | number): Steps => (typeof steps === 'number' ? [[SINCE, steps]] : steps);

type Base = Pick<Rate, 'country' | 'category' | 'jurisdiction' | 'name'> & { postal?: PostalArea };
function ratesOf(steps: Steps | number, base: Base): Rate[] {
  const listed = stepsOf(steps);
  return listed.map(([from, percent], at) => ({
    ...base, layer: LAYER, rateBps: Math.round(percent * 100), validFrom: day(from), validTo: listed[at + 1] && day(listed[at + 1]![0]),
    ...(percent === 0 && { reason: base.postal ? OUTSIDE : 'not_taxed' }),
  }));
}

/** Within the borders, outside of the area that the tax is levied in. */
export const OUTSIDE = 'outside_tax_area';

/** Value added tax of the EU, the United Kingdom, Switzerland with Liechtenstein, Norway and Japan. Everything else is configuration. */
export const BUILT_IN: readonly Rate[] = Object.entries(COUNTRIES).flatMap(([country, { name = 'VAT', rates, areas = [] }]) => [
  ...Object.entries(rates).flatMap(([category, steps]) => ratesOf(steps, { country, category, name, jurisdiction: country })),
  ...areas.flatMap(({ of, prefixes, rates: own }) => prefixes.flatMap((prefix) => (
    Object.entries(own).flatMap(([category, steps]) => ratesOf(steps, { country, category, name, jurisdiction: of, postal: { prefix } }))))),
]);
