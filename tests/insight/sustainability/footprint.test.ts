import { footprintOf, inputFor, legsOf, type FootprintLine } from '../../../src/shared/footprint/footprint.js';
import { transportGrams } from '../../../src/shared/footprint/factors.js';
import { kilometres } from '../../../src/shared/footprint/places.js';
import { returnTransportOf } from '../../../src/insight/sustainability/sustainability.js';
import { footprintOf as unitOf, NO_SCORE, scoreOf } from '../../../src/shared/sustainability.js';

const line = (fields: Partial<FootprintLine> = {}): FootprintLine =>
  ({ id: 'a', sku: 'A', quantity: 2, productionGrams: 4000, packagingGrams: 150, weightGrams: 5000, shippingEstimateGrams: null, from: { country: 'GB' }, ...fields });

test.each([
  // 5 kg over 100 km: 0.005 t x 100 km x 0.63823 kg = 319.115 g.
  [5000, 100, 'van', 319], [10_000, 905, 'hgv', 920], [10_000, 5900, 'sea', 951], [10_000, 5900, 'air_long', 53_064], [0, 100, 'van', 0],
] as const)('%d g over %d km by %s emit %d g', (mass, km, mode, grams) => {
  expect(transportGrams(mass, km, mode, 'uk-gov-2025')).toBe(grams);
});

test.each([
  [80, 'GB', 'GB', 'standard', [{ mode: 'van', km: 80 }]],
  [930, 'GB', 'DE', 'standard', [{ mode: 'hgv', km: 905 }, { mode: 'van', km: 25 }]],
  [930, 'GB', 'DE', 'express', [{ mode: 'air_short', km: 905 }, { mode: 'van', km: 25 }]],
  [5900, 'GB', 'US', 'standard', [{ mode: 'sea', km: 5875 }, { mode: 'van', km: 25 }]],
  [5900, 'GB', 'US', 'express', [{ mode: 'air_long', km: 5875 }, { mode: 'van', km: 25 }]],
  [1150, 'KR', 'JP', 'standard', [{ mode: 'sea', km: 1125 }, { mode: 'van', km: 25 }]],
])('%d km from %s to %s by %s', (km, from, to, method, legs) => {
  expect(legsOf(km, { from, to, method })).toEqual(legs);
});

test('an order is the sum of its lines and of their ways, and comes out the same again', () => {
  const km = kilometres({ lat: 51.5, lng: -0.1 }, { lat: 52.5, lng: 13.4 });
  const input = inputFor({ lines: [line(), line({ id: 'b', sku: 'B', quantity: 1, from: null })], to: { country: 'DE' }, method: 'standard' });
  const first = footprintOf(input);

  expect(km).toBe(929);
  // 10 kg: 904 km x 0.10163 = 918.74 g -> 919; 25 km x 0.63823 = 159.56 g -> 160.
  expect(first.lines).toMatchObject([{ production: 8000, packaging: 300, transport: 1079, total: 9379, basis: 'distance', km: 929, unknown: [] }, { transport: 0, total: 4150, basis: 'none', legs: [] }]);
  expect(first).toMatchObject({ production: 12_000, packaging: 450, transport: 1079, total: 13_529, factors: 'uk-gov-2025' });
  expect(footprintOf(JSON.parse(JSON.stringify(input)) as typeof input)).toEqual(first);
  expect(returnTransportOf(input, 'r1', [{ itemId: 'a', quantity: 2 }])).toEqual({ returnId: 'r1', grams: 1079, lines: [{ id: 'a', quantity: 2, grams: 1079 }] });
});

test('what nobody knows counts nothing and is named; an estimate stands in for an unknown weight', () => {
  const of = (fields: Partial<FootprintLine>, country = 'DE') => footprintOf(inputFor({ lines: [line(fields)], to: { country }, method: 'standard' })).lines[0];
  expect(of({ weightGrams: null, productionGrams: null })).toMatchObject({ total: 300, basis: 'unknown', unknown: ['production', 'weight'] });
  expect(of({}, 'AQ')).toMatchObject({ transport: 0, basis: 'unknown', unknown: ['distance'] });
  expect(of({ weightGrams: null, shippingEstimateGrams: 700 })).toMatchObject({ transport: 1400, basis: 'estimate', unknown: [] });
});

test('the score is the one given, or follows from the facts', () => {
  expect([scoreOf(null), scoreOf({ madeIn: 'Portugal' }), scoreOf({ carbonFootprint: { sustainabilityScore: 12, productionGrams: 1 } })]).toEqual([NO_SCORE, NO_SCORE, 12]);
  // 50 x 10 / 20 = 25, 20 x 50 % = 10, 10 + 10 + 5 + 5.
  expect(scoreOf({ recycledPercent: 50, certifications: ['FSC'], carbonFootprint: { productionGrams: 9000, packagingGrams: 1000 }, ecoMetrics: { recyclableComponents: ['legs'], sustainableMaterials: ['oak'], carbonOffset: true } })).toBe(65);
  expect(unitOf({ footprintGrams: 500 })).toEqual({ productionGrams: 500, packagingGrams: 0 });
});
