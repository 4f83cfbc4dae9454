import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { shown, summaryOf } from './customers.routes.js';
import {
  companiesAnswer, companiesQuery, companyAnswer, companyBody, customerAnswer, customerParams, customersAnswer, groupAnswer, groupBody, groupsAnswer, groupsQuery,
  memberParams, membersQuery, type CompanyBody, type CustomerParams, type GroupBody, type MemberParams,
} from './customers.schemas.js';
import type { CompanyService, GroupService } from './groups.service.js';

const read = { tag: 'Customers', access: { permission: 'customers:read' } } as const;
const write = { tag: 'Customers', access: { permission: 'customers:write' } } as const;
const changes = problems(400, 401, 403, 404, 409, 412);

export const groupRoutes = (groups: GroupService, companies: CompanyService) => [...customerGroupRoutes(groups), ...companyRoutes(companies)];

function customerGroupRoutes(groups: GroupService) {
  return [
    defineRoute<object, PageQuery>({
      ...read, method: 'get', path: '/customer-groups', summary: 'List customer groups', query: groupsQuery,
      responses: { 200: groupsAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => ({ status: 200, body: success('The customer groups.', await groups.list(query)) }),
    }),
    defineRoute<object, object, object, GroupBody>({
      ...write, method: 'post', path: '/customer-groups', summary: 'Open a customer group', body: groupBody, idempotency: 'optional',
      responses: { 201: groupAnswer, ...problems(400, 401, 403, 409, 422) },
      handle: async ({ body }, { caller }) => {
        const group = await groups.create(body, caller);
        return { status: 201, location: `/customer-groups/${group.id}`, version: group.version, body: success('The group is open.', group) };
      },
    }),
    defineRoute<CustomerParams>({
      ...read, method: 'get', path: '/customer-groups/:id', summary: 'Show a customer group', params: customerParams,
      responses: { 200: groupAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const group = await groups.get(params.id);
        return { status: 200, version: group.version, body: success('The customer group.', group) };
      },
    }),
    defineRoute<CustomerParams, object, object, GroupBody>({
      ...write, method: 'put', path: '/customer-groups/:id', summary: 'Change a customer group', params: customerParams, body: groupBody,
      responses: { 200: groupAnswer, ...changes },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const group = await groups.replace(params.id, body, ifMatch, caller);
        return { status: 200, version: group.version, body: success('The group is changed.', group) };
      },
    }),
    defineRoute<CustomerParams>({
      ...write, method: 'delete', path: '/customer-groups/:id', summary: 'Close a customer group; its customers stay', params: customerParams,
      responses: { 200: groupAnswer, ...changes },
      handle: async ({ params }, { caller, ifMatch }) => ({ status: 200, body: success('The group is closed.', await groups.remove(params.id, ifMatch, caller)) }),
    }),
    defineRoute<CustomerParams, PageQuery>({
      ...read, method: 'get', path: '/customer-groups/:id/customers', summary: 'List the customers of a group', params: customerParams, query: membersQuery,
      responses: { 200: customersAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }) => {
        const page = await groups.members(params.id, query);
        return { status: 200, body: success('The customers.', { ...page, items: page.items.map(summaryOf) }) };
      },
    }),
    defineRoute<MemberParams>({
      ...write, method: 'put', path: '/customer-groups/:id/customers/:customerId', summary: 'Put a customer into a group; open carts are priced anew', params: memberParams,
      responses: { 200: customerAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => shown('The customer is in the group.', await groups.add(params.id, params.customerId, caller)),
    }),
    defineRoute<MemberParams>({
      ...write, method: 'delete', path: '/customer-groups/:id/customers/:customerId', summary: 'Take a customer out of a group', params: memberParams,
      responses: { 200: customerAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => shown('The customer has left the group.', await groups.takeOut(params.id, params.customerId, caller)),
    }),
  ];
}

function companyRoutes(companies: CompanyService) {
  return [
    defineRoute<object, PageQuery>({
      ...read, method: 'get', path: '/companies', summary: 'List companies', query: companiesQuery,
      responses: { 200: companiesAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => ({ status: 200, body: success('The companies.', await companies.list(query)) }),
    }),
    defineRoute<object, object, object, CompanyBody>({
      ...write, method: 'post', path: '/companies', summary: 'Register a company that customers buy for', body: companyBody, idempotency: 'optional',
      responses: { 201: companyAnswer, ...problems(400, 401, 403, 409, 422) },
      handle: async ({ body }, { caller }) => {
        const company = await companies.create(body, caller);
        return { status: 201, location: `/companies/${company.id}`, version: company.version, body: success('The company is registered.', company) };
      },
    }),
    defineRoute<CustomerParams>({
      ...read, method: 'get', path: '/companies/:id', summary: 'Show a company', params: customerParams,
      responses: { 200: companyAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const company = await companies.get(params.id);
        return { status: 200, version: company.version, body: success('The company.', company) };
      },
    }),
    defineRoute<CustomerParams, object, object, CompanyBody>({
      ...write, method: 'put', path: '/companies/:id', summary: 'Change a company', params: customerParams, body: companyBody,
      responses: { 200: companyAnswer, ...changes },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const company = await companies.replace(params.id, body, ifMatch, caller);
        return { status: 200, version: company.version, body: success('The company is changed.', company) };
      },
    }),
    defineRoute<CustomerParams>({
      ...write, method: 'delete', path: '/companies/:id', summary: 'Remove a company that has no members', params: customerParams,
      responses: { 200: companyAnswer, ...changes },
      handle: async ({ params }, { caller, ifMatch }) => ({ status: 200, body: success('The company is removed.', await companies.remove(params.id, ifMatch, caller)) }),
    }),
    defineRoute<CustomerParams, PageQuery>({
      ...read, method: 'get', path: '/companies/:id/members', summary: 'List who buys for a company', params: customerParams, query: membersQuery,
      responses: { 200: customersAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }) => {
        const page = await companies.members(params.id, query);
        return { status: 200, body: success('The members.', { ...page, items: page.items.map(summaryOf) }) };
      },
    }),
    defineRoute<MemberParams>({
      ...write, method: 'put', path: '/companies/:id/members/:customerId', summary: 'Let a customer buy for a company', params: memberParams,
      responses: { 200: customerAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => shown('The customer buys for the company.', await companies.add(params.id, params.customerId, caller)),
    }),
    defineRoute<MemberParams>({
      ...write, method: 'delete', path: '/companies/:id/members/:customerId', summary: 'End a membership; its prices end with it', params: memberParams,
      responses: { 200: customerAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => shown('The membership is over.', await companies.takeOut(params.id, params.customerId, caller)),
    }),
  ];
}
