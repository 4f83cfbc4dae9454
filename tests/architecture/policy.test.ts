import { Agent, request } from 'node:http';
import { readFileSync } from 'node:fs';
import { differences, unconnectedContainer } from '../../scripts/lib/spec.js';
import type { Role } from '../../src/people/auth/auth.js';
import type { Policy } from '../../src/shared/http/policy.js';
import { policyText } from '../../src/shared/http/policy.js';
import { PERMISSIONS } from '../../src/shared/permissions.js';
import { givenKeys, givenUser } from '../support/given.js';
import { openWorld, type World } from '../support/world.js';

type Headers = Record<string, string>;
const committed = JSON.parse(readFileSync(new URL('../../policy.json', import.meta.url), 'utf8')) as Policy;

let world: World;
let callers: Record<string, Headers>;
beforeAll(async () => {
  world = await openWorld({ env: { RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_AUTH_PER_MINUTE: '1000000' } });
  const { publishable } = await givenKeys(world);
  const server = await world.container.apiKeys.issue({ name: 'nothing', kind: 'secret', scopes: [] });
  const users = await Promise.all(Object.keys(committed.roles).map(async (role) => [role, { ...publishable, ...(await givenUser(world, { roles: [role as Role] })).headers }] as const));
  callers = { anonymous: {}, app: publishable, ...Object.fromEntries(users), server_without_scopes: { 'x-api-key': server.key, 'x-app-secret': server.appSecret! } };
});
afterAll(() => world.close());

test('the committed policy.json is what the routes say (npm run policy)', async () => {
  const policy = (await unconnectedContainer()).policy();

  expect(differences(committed, JSON.parse(policyText(policy)))).toEqual([]);
});

test('GET /admin/policy shows staff the same, and nobody else anything', async () => {
  const statuses = await Promise.all(Object.values(callers).map(async (headers) => (await world.api.get('/api/v1/admin/policy').set(headers)).status));
  const shown = await world.api.get('/api/v1/admin/policy').set(callers['moderator']!);

  expect(Object.fromEntries(Object.keys(callers).map((name, at) => [name, statuses[at]]))).toEqual({
    anonymous: 401, app: 401, customer: 403, vendor: 403, moderator: 200, support: 200, operations: 200, admin: 200, server_without_scopes: 403,
  });
  expect(shown.body.data).toEqual(committed);
});

test('every permission that exists is asked for by a route or guards a field', () => {
  const text = readFileSync(new URL('../../policy.json', import.meta.url), 'utf8');
  const fieldsOnly = ['contacts:read', 'costs:read'];

  expect(PERMISSIONS.filter((permission) => !text.includes(`staff with ${permission}`))).toEqual(fieldsOnly);
});

/** Refusals of the handler itself, which knows more than the policy: a wrong password is 401 to everybody. */
const OWN_REFUSALS: Record<string, readonly string[]> = {
  'POST /auth/refresh': ['invalid_refresh_token'], 'POST /auth/mfa/totp': ['invalid_credentials'], 'POST /auth/identities/:provider': ['invalid_credentials'],
};
/** These end what the other requests are made with, so they come last. */
const LAST = /^(POST \/auth\/logout|DELETE \/customers\/me|DELETE \/auth\/sessions)$/;

test('a real request for every cell of route x role is allowed or refused as the policy says', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 24 });
  const cells = Object.entries(committed.routes).flatMap(([route, { verdicts }]) => Object.entries(verdicts).map(([caller, verdict]) => ({ route, caller, verdict })));
  const wrong: string[] = [];
  const check = async ({ route, caller, verdict }: (typeof cells)[number]) => {
    const { status, code } = await call(agent, route, callers[caller]!);
    const isRefused = status === 401 || status === 403;
    const isOwn = verdict === 'allowed' && isRefused && (OWN_REFUSALS[route] ?? []).includes(code);
    if (!isOwn && (verdict === 'allowed' ? isRefused : status !== verdict)) wrong.push(`${route} as ${caller}: ${verdict}, but answered ${status} ${code}`);
    if (status >= 500) wrong.push(`${route} as ${caller}: ${status} ${code}`);
  };

  const waiting = cells.filter(({ route }) => !LAST.test(route));
  await Promise.all(Array.from({ length: 24 }, async () => { for (let cell = waiting.pop(); cell; cell = waiting.pop()) await check(cell); }));
  for (const cell of cells.filter(({ route }) => LAST.test(route))) await check(cell);
  agent.destroy();

  expect(wrong).toEqual([]);
  expect(cells.length).toBe(Object.keys(committed.routes).length * Object.keys(callers).length);
  expect(world.defects.splice(0)).toEqual([]);
});

function call(agent: Agent, route: string, headers: Headers): Promise<{ status: number; code: string }> {
  const [method = '', path = ''] = route.split(' ');
  const url = `${world.url}/api/v1${path.replace(/:\w+/g, '0'.repeat(24))}`;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers: { ...headers, ...(method !== 'GET' && { 'content-length': '0' }) } }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => { if (text.length < 2_000) text += chunk; });
      res.on('end', () => { resolve({ status: res.statusCode!, code: /"code":"(\w+)"/.exec(text)?.[1] ?? '' }); });
      res.on('error', reject);
    });
    sent.on('error', reject).end();
  });
}
