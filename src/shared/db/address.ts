import { Schema } from 'mongoose';

const FIELDS = ['firstName', 'lastName', 'company', 'line1', 'line2', 'city', 'region', 'postalCode', 'country', 'phone'];

/** An address as it is copied into carts, orders and documents; what stands in it was checked on its way in. */
export const addressSchema = () => new Schema(Object.fromEntries(FIELDS.map((name) => [name, String])), { _id: false });
