import type { SeedWarehouse } from './types.js';

export const WAREHOUSES: readonly SeedWarehouse[] = [
  {
    code: 'LON', name: 'London Gateway', priority: 1,
    location: { address: 'Unit 4, Ferry Lane, RM13 9YH', city: 'London', country: 'GB', lat: 51.51, lng: 0.19 },
    regionsServed: ['GB', 'IE', 'GG', 'IM', 'JE'],
    shippingTimeEstimates: { GB: 2, IE: 4, GG: 5, IM: 4, JE: 5 },
  },
  {
    code: 'RTM', name: 'Rotterdam Maasvlakte', priority: 2,
    location: { address: 'Europaweg 875, 3199 LD', city: 'Rotterdam', country: 'NL', lat: 51.95, lng: 4.03 },
    regionsServed: ['NL', 'BE', 'DE', 'FR', 'LU', 'AT', 'DK', 'SE', 'FI', 'ES', 'PT', 'IT', 'PL', 'IE', 'CH', 'NO', 'KW', 'AE'],
    shippingTimeEstimates: {
      NL: 1, BE: 2, DE: 3, FR: 3, LU: 2, AT: 4, DK: 3, SE: 5, FI: 6, ES: 5, PT: 6, IT: 5, PL: 4, IE: 5, CH: 5, NO: 6, KW: 12, AE: 12,
    },
  },
  {
    code: 'CHI', name: 'Chicago Midway', priority: 3,
    location: { address: '5600 South Archer Avenue, IL 60638', city: 'Chicago', country: 'US', lat: 41.79, lng: -87.77 },
    regionsServed: ['US', 'CA', 'MX', 'JP'],
    shippingTimeEstimates: { US: 5, CA: 8, MX: 9, JP: 14 },
  },
];
