import Joi from 'joi';
import { fold } from '../../shared/fold.js';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { seenWith } from '../../shared/http/field-access.js';
import { addressSchema, customFields, id, line, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import type { AddressChange, ProfileChange, StaffChange } from './customers.js';

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

const vatId = () => Joi.string().pattern(/^[A-Za-z]{2}[A-Za-z0-9+*. -]{2,20}$/, 'VAT ID').custom((text: string) => text.toUpperCase());
const taxExemption = () => line(200).min(1).description('Why no tax is due, as the authorities name it');
export const staffProfileBody = (profileBody as unknown as Joi.ObjectSchema<StaffChange>).keys({
  groupIds: Joi.array().items(id()).unique().max(20).description('Replaces all groups'), vatId: vatId().allow(null), taxExemption: taxExemption().allow(null),
});

export const addressBody = (addressSchema() as Joi.ObjectSchema).keys({
  isDefaultShipping: Joi.boolean(), isDefaultBilling: Joi.boolean(),
}) as Joi.ObjectSchema<AddressChange>;

export type CustomersQuery = PageQuery & { q?: string; email?: string; 'created_at[gte]'?: Date; 'created_at[lte]'?: Date };
export const customersQuery = Joi.object<CustomersQuery>({
  ...pageParams(['createdAt']),
  q: seenWith('contacts:read', Joi.string().max(254).description('The whole e-mail address, or first and last name together')),
  email: seenWith('contacts:read', Joi.string().max(254).custom(fold)), 'created_at[gte]': Joi.date().iso(), 'created_at[lte]': Joi.date().iso(),
});

/** Stored addresses were valid when they were written; a later rule about telephones must not make them unreadable. */
const addressReply = Joi.object({
  id: addressId().required(), firstName: Joi.string().required(), lastName: Joi.string().required(), company: Joi.string(), line1: Joi.string().required(),
  line2: Joi.string(), city: Joi.string().required(), region: Joi.string(), postalCode: Joi.string().required(), country: Joi.string().required(), phone: seenWith('contacts:read', Joi.string()),
  isDefaultShipping: Joi.boolean().required(), isDefaultBilling: Joi.boolean().required(),
}).meta({ name: 'CustomerAddress' });
const summary = Joi.object({
  id: id().required(), userId: id().required(), email: seenWith('contacts:read', Joi.string()), firstName: Joi.string().required(), lastName: Joi.string().required(),
  phone: seenWith('contacts:read', Joi.string()), locale: Joi.string(), customFields: Joi.object().required(),
  defaultShippingAddressId: addressId(), defaultBillingAddressId: addressId(),
  groupIds: Joi.array().items(id()).required(), companyId: id(), vatId: Joi.string(), taxExemption: Joi.string(), avatarUrl: Joi.string().description('512 pixels square; -thumb (64) and -card (160) beside it'),
  version: Joi.number().integer().required(), createdAt: timestamp().required(), updatedAt: timestamp().required(),
}).meta({ name: 'Customer' });

const key = () => Joi.string().pattern(/^[a-z0-9][a-z0-9-]{0,31}$/, 'group code');
export type GroupBody = { code: string; name: string; wholesale: boolean };
export const groupBody = Joi.object<GroupBody, true>({
  code: key().required(), name: line(100).min(1).required(), wholesale: Joi.boolean().default(false).description('Its members pay the wholesale prices'),
});
export type CompanyBody = { name: string; vatId?: string; taxExemption?: string };
export const companyBody = Joi.object<CompanyBody>({ name: line(200).min(1).required(), vatId: vatId(), taxExemption: taxExemption() });
export type MemberParams = { id: string; customerId: string };
export const memberParams = Joi.object<MemberParams, true>({ id: id().required(), customerId: id().required() });
export const groupsQuery = Joi.object<PageQuery>(pageParams(['code', 'createdAt']));
export const companiesQuery = Joi.object<PageQuery>(pageParams(['name', 'createdAt']));
export const membersQuery = Joi.object<PageQuery>(pageParams(['createdAt']));
const stamped = { version: Joi.number().integer().required(), createdAt: timestamp().required(), updatedAt: timestamp().required() };
const groupReply = Joi.object({ id: id().required(), code: Joi.string().required(), name: Joi.string().required(), wholesale: Joi.boolean().required(), ...stamped }).meta({ name: 'CustomerGroup' });
const companyReply = Joi.object({ id: id().required(), name: Joi.string().required(), vatId: Joi.string(), taxExemption: Joi.string(), ...stamped }).meta({ name: 'Company' });
export const groupAnswer = successOf(groupReply);
export const groupsAnswer = pageOf(groupReply);
export const companyAnswer = successOf(companyReply);
export const companiesAnswer = pageOf(companyReply);
export const customerAnswer = successOf(summary.keys({ addresses: Joi.array().items(addressReply).required() }));
export const customersAnswer = pageOf(summary);
export const addressAnswer = successOf(addressReply);
export const addressesAnswer = pageOf(addressReply);
