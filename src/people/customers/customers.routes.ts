import type { Context } from '../../shared/http/route.js';
import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { MAX_ADDRESSES, type AddressChange, type Customer, type ProfileChange, type SavedAddress, type StaffChange } from './customers.js';
import {
  addressAnswer, addressBody, addressesAnswer, addressParams, customerAnswer, customerParams, customersAnswer, customersQuery, profileBody, staffProfileBody,
  type AddressParams, type CustomerParams, type CustomersQuery,
} from './customers.schemas.js';
import type { CustomerService } from './customers.service.js';

const tag = 'Customers';
const self = { scope: 'customers:self', user: 'required' } as const;
const me = ({ caller }: Context): string => caller.user!.id;

export const customerRoutes = (customers: CustomerService) => [...profileRoutes(customers), ...addressRoutes(customers), ...staffRoutes(customers)];

function profileRoutes(customers: CustomerService) {
  return [
    defineRoute({
      method: 'get', path: '/customers/me', summary: 'Show your profile', tag, access: self,
      responses: { 200: customerAnswer, ...problems(400, 401, 403, 404) },
      handle: async (_input, context) => shown('Your profile.', await customers.getByUser(me(context))),
    }),
    defineRoute<object, object, object, ProfileChange>({
      method: 'patch', path: '/customers/me', summary: 'Change your profile', tag, access: self,
      body: profileBody, responses: { 200: customerAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ body }, context) => shown('Your profile is changed.', await customers.changeOwnProfile(me(context), body, context.ifMatch)),
    }),
  ];
}

/** Every address answers with the version of the whole profile: that is what If-Match compares. */
function addressRoutes(customers: CustomerService) {
  return [
    defineRoute({
      method: 'get', path: '/customers/me/addresses', summary: 'Show your address book', tag, access: self,
      description: `Never more than ${MAX_ADDRESSES}, so all of it is one page.`,
      responses: { 200: addressesAnswer, ...problems(400, 401, 403, 404) },
      handle: async (_input, context) => {
        const customer = await customers.getByUser(me(context));
        const items = customer.addresses.map((address) => presentAddress(customer, address));
        const page = { items, total: items.length, pages: 1, current_page: 1, per_page: MAX_ADDRESSES };
        return { status: 200, version: customer.version, body: success('Your addresses.', page) };
      },
    }),
    defineRoute<object, object, object, AddressChange>({
      method: 'post', path: '/customers/me/addresses', summary: 'Add an address; the first one becomes the default', tag, access: self, idempotency: 'optional',
      body: addressBody, responses: { 201: addressAnswer, ...problems(400, 401, 403, 404, 409, 412, 422) },
      handle: async ({ body }, context) => {
        const { customer, address } = await customers.addAddress(me(context), body, context.ifMatch);
        return { status: 201, location: `/customers/me/addresses/${address.id}`, version: customer.version, body: success('The address is added.', presentAddress(customer, address)) };
      },
    }),
    defineRoute<AddressParams>({
      method: 'get', path: '/customers/me/addresses/:id', summary: 'Show one of your addresses', tag, access: self,
      params: addressParams, responses: { 200: addressAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }, context) => {
        const { customer, address } = await customers.getAddress(me(context), params.id);
        return { status: 200, version: customer.version, body: success('Your address.', presentAddress(customer, address)) };
      },
    }),
    defineRoute<AddressParams, object, object, AddressChange>({
      method: 'put', path: '/customers/me/addresses/:id', summary: 'Replace an address; orders keep the one they were placed with', tag, access: self,
      params: addressParams, body: addressBody, responses: { 200: addressAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, body }, context) => {
        const { customer, address } = await customers.changeAddress(me(context), params.id, body, context.ifMatch);
        return { status: 200, version: customer.version, body: success('The address is changed.', presentAddress(customer, address)) };
      },
    }),
    defineRoute<AddressParams>({
      method: 'delete', path: '/customers/me/addresses/:id', summary: 'Remove an address', tag, access: self,
      params: addressParams, responses: { 200: customerAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params }, context) => shown('The address is removed.', await customers.removeAddress(me(context), params.id, context.ifMatch)),
    }),
  ];
}

function staffRoutes(customers: CustomerService) {
  return [
    defineRoute<object, CustomersQuery>({
      method: 'get', path: '/customers', summary: 'List customers', tag, access: { permission: 'customers:read' },
      query: customersQuery, responses: { 200: customersAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await customers.list(filterOf(query), query);
        return { status: 200, body: success('The customers.', { ...page, items: page.items.map(summaryOf) }) };
      },
    }),
    defineRoute<CustomerParams>({
      method: 'get', path: '/customers/:id', summary: 'Show a customer', tag, access: { permission: 'customers:read' },
      params: customerParams, responses: { 200: customerAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => shown('The customer.', await customers.get(params.id)),
    }),
    defineRoute<CustomerParams, object, object, StaffChange>({
      method: 'patch', path: '/customers/:id', summary: 'Change a customer\'s profile', tag, access: { permission: 'customers:write' },
      params: customerParams, body: staffProfileBody, responses: { 200: customerAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, body }, { caller, ifMatch }) => shown('The profile is changed.', await customers.changeProfile(params.id, body, ifMatch, caller)),
    }),
  ];
}

export const shown = (sentence: string, customer: Customer) => ({
  status: 200, version: customer.version,
  body: success(sentence, { ...summaryOf(customer), addresses: customer.addresses.map((address) => presentAddress(customer, address)) }),
});

export const summaryOf = ({ addresses: _addresses, ...customer }: Customer) => customer;

const presentAddress = ({ defaultShippingAddressId, defaultBillingAddressId }: Customer, address: SavedAddress) => ({
  ...address, isDefaultShipping: address.id === defaultShippingAddressId, isDefaultBilling: address.id === defaultBillingAddressId,
});

function filterOf({ q, email, 'created_at[gte]': createdFrom, 'created_at[lte]': createdUntil }: CustomersQuery) {
  return { ...(q !== undefined && { q }), ...(email !== undefined && { email }), ...(createdFrom && { createdFrom }), ...(createdUntil && { createdUntil }) };
}
