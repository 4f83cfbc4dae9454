import Joi from 'joi';
import { fold } from '../../shared/fold.js';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { addressSchema, customFields, id, line, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import type { AddressChange, ProfileChange } from './customers.js';

const addressId = () => Joi.string().guid();
const phone = () => Joi.string().pattern(/^\+?[0-9 ().-]{5,25}$/, 'phone number');
const locale = () => Joi.string().pattern(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'language tag');

export type CustomerParams = { id: string };
export const customerParams = Joi.object<CustomerParams, true>({ id: id().required() });
export type AddressParams = { id: string };
export const addressParams = Joi.object<AddressParams, true>({ id: addressId().required() });

export const profileBody = Joi.object<ProfileChange>({
  firstName: line(100).min(1), lastName: line(100).min(1), phone: phone().allow(null), locale: locale().allow(null),
  customFields: customFields().description('Replaces all custom fields'),
  defaultShippingAddressId: addressId().allow(null), defaultBillingAddressId: addressId().allow(null),
}).min(1).description('A field that is named replaces, null removes, one that is absent stays');

export const addressBody = (addressSchema() as Joi.ObjectSchema).keys({
  isDefaultShipping: Joi.boolean(), isDefaultBilling: Joi.boolean(),
}) as Joi.ObjectSchema<AddressChange>;

export type CustomersQuery = PageQuery & { q?: string; email?: string; 'created_at[gte]'?: Date; 'created_at[lte]'?: Date };
export const customersQuery = Joi.object<CustomersQuery>({
  ...pageParams(['createdAt']),
  q: Joi.string().max(254).description('The beginning of e-mail address, first name, last name or both'),
  email: Joi.string().max(254).custom(fold), 'created_at[gte]': Joi.date().iso(), 'created_at[lte]': Joi.date().iso(),
});

/** Stored addresses were valid when they were written; a later rule about telephones must not make them unreadable. */
const addressReply = Joi.object({
  id: addressId().required(), firstName: Joi.string().required(), lastName: Joi.string().required(), company: Joi.string(), line1: Joi.string().required(),
  line2: Joi.string(), city: Joi.string().required(), region: Joi.string(), postalCode: Joi.string().required(), country: Joi.string().required(), phone: Joi.string(),
  isDefaultShipping: Joi.boolean().required(), isDefaultBilling: Joi.boolean().required(),
}).meta({ name: 'CustomerAddress' });
const summary = Joi.object({
  id: id().required(), userId: id().required(), email: Joi.string().required(), firstName: Joi.string().required(), lastName: Joi.string().required(),
  phone: Joi.string(), locale: Joi.string(), customFields: Joi.object().required(),
  defaultShippingAddressId: addressId(), defaultBillingAddressId: addressId(),
  version: Joi.number().integer().required(), createdAt: timestamp().required(), updatedAt: timestamp().required(),
}).meta({ name: 'Customer' });
export const customerAnswer = successOf(summary.keys({ addresses: Joi.array().items(addressReply).required() }));
export const customersAnswer = pageOf(summary);
export const addressAnswer = successOf(addressReply);
export const addressesAnswer = pageOf(addressReply);
