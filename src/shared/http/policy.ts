import { STOREFRONT_SCOPES } from '../permissions.js';
import { DomainError } from '../errors.js';
import { authorise, type Access, type Caller } from './caller.js';
import { guardedFields, withheldFrom } from './field-access.js';
import type { Route } from './route.js';

/** `allowed`, or the status that refuses before the handler is reached. */
type Verdict = 'allowed' | number;
export type RoutePolicy = Readonly<{ access: string; stepUp?: string; rate?: string; verdicts: Readonly<Record<string, Verdict>>; withheld?: Readonly<Record<string, readonly string[]>> }>;
export type Policy = Readonly<{ roles: Readonly<Record<string, readonly string[]>>; routes: Readonly<Record<string, RoutePolicy>> }>;
type Roles = Readonly<Record<string, readonly string[]>>;

/** Everybody who can stand before a route: without a key, an app, an app with somebody of each role, a server that was given nothing. */
export function callersOf(roles: Roles): Record<string, Caller> {
  const app = { id: 'app', kind: 'publishable', name: 'app', scopes: new Set<string>(STOREFRONT_SCOPES) } as const;
  const server = { id: 'server', kind: 'secret', name: 'server', scopes: new Set<string>() } as const;
  const signedIn = (role: string, permissions: readonly string[]): Caller =>
    ({ key: app, user: { id: role, sessionId: role, email: role, roles: [role], permissions: new Set(permissions) }, ip: '' });
  return {
    anonymous: { key: null, user: null, ip: '' },
    app: { key: app, user: null, ip: '' },
    ...Object.fromEntries(Object.entries(roles).map(([role, permissions]) => [role, signedIn(role, permissions)])),
    server_without_scopes: { key: server, user: null, ip: '' },
  };
}

export const policyName = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method.toUpperCase()} ${path}`;

/** Route x role x field, made from the declarations that also mount and document the routes. */
export function policyOf(routes: readonly Route[], roles: Roles): Policy {
  const callers = Object.entries(callersOf(roles));
  const sorted = routes.toSorted((a, b) => (policyName(a) < policyName(b) ? -1 : 1));
  return {
    roles: Object.fromEntries(Object.entries(roles).map(([role, permissions]) => [role, permissions.toSorted()])),
    routes: Object.fromEntries(sorted.map((route) => [policyName(route), policyOfRoute(route, callers)])),
  };
}

function policyOfRoute({ access, responses, stepUp, rate }: Route, callers: ReadonlyArray<readonly [string, Caller]>): RoutePolicy {
  const answers = Object.entries(responses).filter(([status]) => Number(status) < 300).map(([, schema]) => schema);
  const fields = answers.flatMap((schema) => guardedFields(schema));
  const verdicts = callers.map(([name, caller]) => [name, verdictOf(access, caller)] as const);
  const withheld = callers.flatMap(([name, caller]) => {
    const paths = verdictOf(access, caller) === 'allowed' ? [...new Set(withheldFrom(fields, access, caller).map(({ path }) => path.join('.')))] : [];
    return paths.length > 0 ? [[name, paths] as const] : [];
  });
  return {
    access: wordsOf(access),
    ...(stepUp && { stepUp: stepUp === true ? 'always' : stepUp.when }),
    ...(rate && { rate }),
    verdicts: Object.fromEntries(verdicts),
    ...(withheld.length > 0 && { withheld: Object.fromEntries(withheld) }),
  };
}

function verdictOf(access: Access, caller: Caller): Verdict {
  try {
    authorise(access, caller);
    return 'allowed';
  } catch (error) {
    if (error instanceof DomainError) return error.status;
    throw error;
  }
}

function wordsOf(access: Access): string {
  if (access === 'public') return 'public';
  if ('permission' in access) return `staff with ${access.permission}`;
  const { scope, user, staff } = access;
  return `app with ${scope}${user ? `, user ${user}` : ''}${staff === undefined ? '' : `; of others: staff with ${staff}`}`;
}

/** One line a route, so that a diff reads as the change of rights that it is. */
export function policyText({ roles, routes }: Policy): string {
  const lines = (entries: object) => Object.entries(entries).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',\n');
  return `{\n  "roles": {\n${lines(roles)}\n  },\n  "routes": {\n${lines(routes)}\n  }\n}\n`;
}
