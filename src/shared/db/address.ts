import { Schema } from 'mongoose';

/** An address as it is copied into carts, orders and documents: stored as one sealed text. What stands in it was checked on its way in. */
export const sealedAddress = () => ({ type: Schema.Types.Mixed });
const text = 'erased';
/** What is left to read of an address whose key was shredded. The country is one that nobody delivers to, because readers expect one that exists. */
export const ERASED_ADDRESS = { firstName: text, lastName: text, line1: text, city: text, postalCode: text, country: 'AQ' } as const;
export const ERASED_EMAIL = 'erased@erased.invalid';
