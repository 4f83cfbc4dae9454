import type { SeedWarehouse } from './types.js';

export const WAREHOUSES: readonly SeedWarehouse[] = [
  {
    code: 'LON', name: 'London Gateway',
    location: { line1: 'Unit 4, Ferry Lane', city: 'London', postalCode: 'RM13 9YH', country: 'GB', latitude: 51.51, longitude: 0.19 },
    regionsServed: ['GB', 'IE', 'GG', 'IM', 'JE'],
    shippingTimeEstimates: [
      { region: 'GB', minDays: 1, maxDays: 2 }, { region: 'IE', minDays: 2, maxDays: 4 }, { region: 'GG', minDays: 2, maxDays: 5 },
      { region: 'IM', minDays: 2, maxDays: 4 }, { region: 'JE', minDays: 2, maxDays: 5 },
    ],
  },
  {
    code: 'RTM', name: 'Rotterdam Maasvlakte',
    location: { line1: 'Europaweg 875', city: 'Rotterdam', postalCode: '3199 LD', country: 'NL', latitude: 51.95, longitude: 4.03 },
    regionsServed: ['NL', 'BE', 'DE', 'FR', 'LU', 'AT', 'DK', 'SE', 'FI', 'ES', 'PT', 'IT', 'PL', 'IE', 'CH', 'NO', 'KW', 'AE'],
    shippingTimeEstimates: [
      { region: 'NL', minDays: 1, maxDays: 1 }, { region: 'BE', minDays: 1, maxDays: 2 }, { region: 'DE', minDays: 1, maxDays: 3 },
      { region: 'FR', minDays: 2, maxDays: 3 }, { region: 'LU', minDays: 1, maxDays: 2 }, { region: 'AT', minDays: 2, maxDays: 4 },
      { region: 'DK', minDays: 2, maxDays: 3 }, { region: 'SE', minDays: 3, maxDays: 5 }, { region: 'FI', minDays: 3, maxDays: 6 },
      { region: 'ES', minDays: 3, maxDays: 5 }, { region: 'PT', minDays: 3, maxDays: 6 }, { region: 'IT', minDays: 3, maxDays: 5 },
      { region: 'PL', minDays: 2, maxDays: 4 }, { region: 'IE', minDays: 3, maxDays: 5 }, { region: 'CH', minDays: 3, maxDays: 5 },
      { region: 'NO', minDays: 3, maxDays: 6 }, { region: 'KW', minDays: 6, maxDays: 12 }, { region: 'AE', minDays: 6, maxDays: 12 },
    ],
  },
  {
    code: 'CHI', name: 'Chicago Midway',
    location: { line1: '5600 South Archer Avenue', city: 'Chicago', region: 'IL', postalCode: '60638', country: 'US', latitude: 41.79, longitude: -87.77 },
    regionsServed: ['US', 'CA', 'MX', 'JP'],
    shippingTimeEstimates: [
      { region: 'US', minDays: 2, maxDays: 5 }, { region: 'CA', minDays: 4, maxDays: 8 }, { region: 'MX', minDays: 5, maxDays: 9 },
      { region: 'JP', minDays: 7, maxDays: 14 },
    ],
  },
];
