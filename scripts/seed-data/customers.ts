import type { SeedCustomer } from './types.js';

/** Invented people; the numbers are from the ranges that regulators keep for fiction, the domain is reserved. */
export const CUSTOMERS: readonly SeedCustomer[] = [
  {
    email: 'amelia.hart@example.com', firstName: 'Amelia', lastName: 'Hart', currency: 'GBP',
    addresses: [
      { firstName: 'Amelia', lastName: 'Hart', line1: '18 Clarence Terrace', line2: 'Flat 3', city: 'Bristol', postalCode: 'BS8 4DY', country: 'GB', phone: '+44 117 496 0118' },
      { firstName: 'Amelia', lastName: 'Hart', company: 'Hart & Lowe Architects', line1: '2 Narrow Quay', city: 'Bristol', postalCode: 'BS1 4QA', country: 'GB' },
    ],
  },
  {
    email: 'sander.devries@example.com', firstName: 'Sander', lastName: 'de Vries', currency: 'EUR',
    addresses: [{ firstName: 'Sander', lastName: 'de Vries', line1: 'Lijnbaansgracht 214', city: 'Amsterdam', postalCode: '1017 NC', country: 'NL' }],
  },
  {
    email: 'lena.vogt@example.com', firstName: 'Lena', lastName: 'Vogt', currency: 'EUR',
    addresses: [
      { firstName: 'Lena', lastName: 'Vogt', line1: 'Kastanienallee 71', city: 'Berlin', postalCode: '10435', country: 'DE', phone: '+49 30 23125 071' },
      { firstName: 'Ilse', lastName: 'Vogt', line1: 'Am Deich 5', city: 'Bremen', postalCode: '28199', country: 'DE' },
    ],
  },
  {
    email: 'marcus.bell@example.com', firstName: 'Marcus', lastName: 'Bell', currency: 'USD',
    addresses: [{ firstName: 'Marcus', lastName: 'Bell', line1: '1420 West Ainslie Street', line2: 'Apt 2', city: 'Chicago', region: 'IL', postalCode: '60640', country: 'US', phone: '+1 312 555 0142' }],
  },
  {
    email: 'yuka.morita@example.com', firstName: 'Yuka', lastName: 'Morita', currency: 'JPY',
    addresses: [{ firstName: 'Yuka', lastName: 'Morita', line1: '2-8-14 Kamimeguro', city: 'Meguro-ku', region: 'Tokyo', postalCode: '153-0051', country: 'JP' }],
  },
  {
    email: 'noura.alsabah@example.com', firstName: 'Noura', lastName: 'Al-Sabah', currency: 'KWD',
    addresses: [{ firstName: 'Noura', lastName: 'Al-Sabah', line1: 'Block 4, Street 12, House 9', city: 'Salmiya', postalCode: '22004', country: 'KW' }],
  },
];
