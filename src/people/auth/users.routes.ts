import { problems, success } from '../../shared/http/schemas.js';
import { defineRoute } from '../../shared/http/route.js';
import type { User } from './auth.js';
import {
  createUserBody, endedAnswer, rightsBody, userAnswer, userParams, usersAnswer, usersQuery, type CreateUserBody, type RightsBody, type UserParams, type UsersQuery,
} from './users.schemas.js';
import type { UserService } from './users.service.js';

const tag = 'Users';
const mayRead = { permission: 'users:read' } as const;
const mayWrite = { permission: 'users:write' } as const;

export function userRoutes(users: UserService) {
  return [
    defineRoute<object, UsersQuery>({
      method: 'get', path: '/admin/users', summary: 'List accounts', tag, access: mayRead,
      query: usersQuery, responses: { 200: usersAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await users.list(filterOf(query), query);
        return { status: 200, body: success('The users.', { ...page, items: page.items.map(present) }) };
      },
    }),
    defineRoute<object, object, object, CreateUserBody>({
      method: 'post', path: '/admin/users', summary: 'Open an account for somebody', tag, access: mayWrite, stepUp: true,
      body: createUserBody, responses: { 201: userAnswer, ...problems(400, 401, 403, 409) },
      handle: async ({ body }, { caller }) => {
        const user = await users.create(body, caller);
        return { status: 201, location: `/admin/users/${user.id}`, version: user.version, body: success('The account is open.', present(user)) };
      },
    }),
    defineRoute<UserParams>({
      method: 'get', path: '/admin/users/:id', summary: 'Show an account', tag, access: mayRead,
      params: userParams, responses: { 200: userAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const user = await users.get(params.id);
        return { status: 200, version: user.version, body: success('The user.', present(user)) };
      },
    }),
    defineRoute<UserParams, object, object, RightsBody>({
      method: 'patch', path: '/admin/users/:id', summary: 'Change roles, disable or enable; felt within a second', tag, access: mayWrite, stepUp: true,
      params: userParams, body: rightsBody, responses: { 200: userAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params, body: { roles, disabled } }, { caller, ifMatch }) => {
        const change = { ...(roles && { roles }), ...(disabled !== undefined && { isDisabled: disabled }) };
        const user = await users.changeRights(params.id, change, ifMatch, caller);
        return { status: 200, version: user.version, body: success('The rights are changed.', present(user)) };
      },
    }),
    defineRoute<UserParams>({
      method: 'delete', path: '/admin/users/:id/sessions', summary: 'Sign somebody out everywhere', tag, access: mayWrite,
      params: userParams, responses: { 200: endedAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('Signed out everywhere.', { ended: await users.endSessions(params.id, caller) }) }),
    }),
  ];
}

function filterOf({ q, role, disabled, 'created_at[gte]': createdFrom, 'created_at[lte]': createdUntil }: UsersQuery) {
  return {
    ...(q !== undefined && { q }), ...(role && { role }), ...(disabled !== undefined && { isDisabled: disabled }),
    ...(createdFrom && { createdFrom }), ...(createdUntil && { createdUntil }),
  };
}

function present({ id, email, username, roles, isDisabled, createdAt, updatedAt, version }: User) {
  return { id, email, ...(username !== undefined && { username }), roles, disabled: isDisabled, createdAt, updatedAt, version };
}
