import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFetchOutside, isPublicAddress } from '../../src/shared/outside-fetch.js';

const asked: Array<{ url: string; host: string | undefined; headers: number }> = [];
const answers: Record<string, RequestListener> = {
  '/picture': (_req, res) => { res.writeHead(200, { 'content-type': 'image/png' }).end('bytes'); },
  '/to-inside': (_req, res) => { res.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(); },
  '/to-name-inside': (_req, res) => { res.writeHead(302, { location: 'http://inside.example/' }).end(); },
  '/to-file': (_req, res) => { res.writeHead(302, { location: 'file:///etc/passwd' }).end(); },
  '/to-picture': (_req, res) => { res.writeHead(301, { location: '/picture' }).end(); },
  '/round': (_req, res) => { res.writeHead(302, { location: '/round' }).end(); },
  '/declared': (_req, res) => { res.writeHead(200, { 'content-length': '5000' }); res.write('x'); },
  '/endless': (_req, res) => { res.writeHead(200); const timer = setInterval(() => res.write('x'.repeat(500)), 1); res.on('close', () => { clearInterval(timer); }); },
  '/silent': () => {}, '/drip': (_req, res) => { res.writeHead(200); res.write('x'); },
  '/missing': (_req, res) => { res.writeHead(404).end('inner words'); },
};
const server = createServer((req, res) => {
  asked.push({ url: req.url!, host: req.headers.host, headers: Object.keys(req.headers).length });
  (answers[req.url!] ?? answers['/missing']!)(req, res);
});
let port: number;
beforeAll(async () => { server.listen(0, '127.0.0.1'); await once(server, 'listening'); port = (server.address() as AddressInfo).port; });
beforeEach(() => { asked.length = 0; });
afterAll(() => { server.closeAllConnections(); server.close(); });

/** Stands for the public internet: this server is the one address that is allowed, whatever name leads to it. */
const names: Record<string, Array<Array<{ address: string; family: number }>>> = {};
const at = (...addresses: string[]) => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const lookup = async (host: string) => { const turns = names[host] ?? []; return (turns.length > 1 ? turns.shift() : turns[0]) ?? []; };
const fetchOutside = createFetchOutside({ lookup, ports: 'any', isAllowed: (address) => address === '127.0.0.1' });
const limits = { maxBytes: 1_000, withinMs: 5_000 };
const reasonOf = (url: string, within = limits, fetching = fetchOutside) => fetching(url, within).then(() => 'fetched', (error: { reason?: string }) => error.reason ?? String(error));

test.each([
  '0.0.0.0', '10.1.2.3', '127.0.0.1', '127.255.255.254', '100.64.0.1', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.168.1.1', '192.0.0.192', '198.18.0.1', '224.0.0.1', '255.255.255.255',
  '168.63.129.16', '100.100.100.200', '::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '2001:db8::1', '2002:7f00:1::', '2001::1', 'no address', '',
])('%s is not the public internet', (address) => { expect(isPublicAddress(address)).toBe(false); });

test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '193.0.14.129', '2606:4700::1111', '2a00:1450:4001::1'])('%s is', (address) => { expect(isPublicAddress(address)).toBe(true); });

test.each([
  'http://127.0.0.1/', 'http://127.1/', 'http://2130706433/', 'http://0x7f.0.0.1/', 'http://017700000001/', 'http://0/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/', 'http://169.254.169.254/latest/',
  'http://１２７.0.0.1/', 'http://127。0。0。1/', 'https://[fd00:ec2::254]/', 'http://inside.example/', 'http://both.example/',
])('%s is refused before anything is sent', async (url) => {
  const guarded = createFetchOutside({ lookup: async (host) => (host === 'inside.example' ? at('10.0.0.7') : at('8.8.8.8', '127.0.0.1')) });

  expect(await reasonOf(url, limits, guarded)).toBe('address');
});

test.each([
  ['ftp://example.com/', 'scheme'], ['file:///etc/passwd', 'scheme'], ['gopher://example.com/', 'scheme'], ['data:text/plain,x', 'scheme'], ['http://user:secret@example.com/', 'credentials'],
  ['http://example.com:22/', 'port'], ['http://example.com:6379/', 'port'], ['http://nowhere.example/', 'unresolved'], ['http://', 'unresolved'],
])('%s is refused: %s', async (url, reason) => {
  expect(await reasonOf(url, limits, createFetchOutside({ lookup: async () => [] }))).toBe(reason);
});

test('what is public is fetched, by its name, with nothing of ours beside it, through redirects of its own', async () => {
  names['public.example'] = [at('127.0.0.1')];

  const { body, contentType } = await fetchOutside(`http://public.example:${port}/to-picture`, limits);

  expect([body.toString(), contentType]).toEqual(['bytes', 'image/png']);
  expect(asked.map(({ url, host }) => `${host}${url}`)).toEqual([`public.example:${port}/to-picture`, `public.example:${port}/picture`]);
});

test('a name that leads elsewhere when it is asked again is connected to where it was looked at', async () => {
  names['rebinding.example'] = [at('127.0.0.1'), at('10.0.0.1')];
  let questions = 0;
  const counting = createFetchOutside({ lookup: (host) => { questions += 1; return lookup(host); }, ports: 'any', isAllowed: (address) => address === '127.0.0.1' });

  expect((await counting(`http://rebinding.example:${port}/picture`, limits)).body.toString()).toBe('bytes');
  expect(questions).toBe(1);
  expect(await reasonOf(`http://rebinding.example:${port}/picture`, limits, counting)).toBe('address');
});

test.each([
  ['/to-inside', 'address'], ['/to-name-inside', 'address'], ['/to-file', 'scheme'], ['/round', 'redirects'], ['/declared', 'too_large'], ['/endless', 'too_large'], ['/missing', 'status'],
])('%s ends as %s', async (path, reason) => {
  names['public.example'] = [at('127.0.0.1')];
  names['inside.example'] = [at('10.0.0.1')];

  expect(await reasonOf(`http://public.example:${port}${path}`)).toBe(reason);
});

test.each(['/silent', '/drip'])('%s is given up in time', async (path) => {
  names['public.example'] = [at('127.0.0.1')];

  expect(await reasonOf(`http://public.example:${port}${path}`, { ...limits, withinMs: 200 })).toBe('too_slow');
});

test('a resolver that says nothing is given up in time', async () => {
  expect(await reasonOf('http://public.example/', { ...limits, withinMs: 50 }, createFetchOutside({ lookup: () => new Promise(() => {}) }))).toBe('too_slow');
});
