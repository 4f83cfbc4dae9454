import type { LookupAddress } from 'node:dns';
import { lookup as lookupHost } from 'node:dns/promises';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP } from 'node:net';
import { RuleViolation } from './errors.js';

type Reason = 'scheme' | 'credentials' | 'port' | 'address' | 'unresolved' | 'redirects' | 'too_large' | 'too_slow' | 'status' | 'broken';

const SENTENCES: Readonly<Record<Reason, string>> = {
  scheme: 'Only http and https addresses can be fetched.',
  credentials: 'An address with a user name or password is not fetched. Take them out.',
  port: 'Only the ports 80 and 443 are fetched from.',
  address: 'This address does not lead to the public internet.',
  unresolved: 'There is no server of this name.',
  redirects: 'This address leads on and on. Send the one it ends at.',
  too_large: 'What is there is larger than may be fetched.',
  too_slow: 'The server took too long. Try again later, or upload the file.',
  status: 'The server has nothing there.',
  broken: 'The server could not be reached or broke off. Try again later, or upload the file.',
};

/** An address that somebody gave us and that is not fetched, or could not be. */
export class AddressNotFetched extends RuleViolation {
  readonly code = 'address_not_fetched';
  constructor(readonly reason: Reason, facts: Record<string, unknown> = {}) { super(SENTENCES[reason], { reason, ...facts }); }
}

/** Everything that is not the public internet (IANA special-purpose registries): this machine, its networks, the metadata services of clouds. */
const V4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.31.196.0/24',
  '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4',
  // the metadata and DNS services of two clouds, at addresses that look public
  '168.63.129.16/32', '100.100.100.200/32',
];
/** Of IPv6 only 2000::/3 is public, and in it these are not, or carry an IPv4 address that would have to be looked at again. */
const V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const refused = new BlockList();
const publicV6 = new BlockList();
for (const range of V4) refused.addSubnet(range.split('/')[0]!, Number(range.split('/')[1]), 'ipv4');
for (const range of V6) refused.addSubnet(range.split('/')[0]!, Number(range.split('/')[1]), 'ipv6');
publicV6.addSubnet('2000::', 3, 'ipv6');

export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refused.check(address, 'ipv4');
  // An IPv4 address in the clothes of IPv6 (::ffff:, 64:ff9b::) is outside 2000::/3.
  return family === 6 && !address.includes('%') && publicV6.check(address, 'ipv6') && !refused.check(address, 'ipv6');
}

type Fetched = Readonly<{ status: number; contentType: string; body: Buffer; url: string }>;
type Limits = Readonly<{
  maxBytes: number;
  /** For everything together, redirects included. */
  withinMs: number;
  maxRedirects?: number;
}>;
type Deps = Readonly<{
  lookup?: (host: string) => Promise<readonly LookupAddress[]>;
  isAllowed?: (address: string) => boolean;
  ports?: readonly string[] | 'any';
}>;
export type FetchOutside = (url: string, limits: Limits) => Promise<Fetched>;

/**
 * Fetches an address that a person gave us. The name is resolved once, every address it has must be public, and the connection
 * goes to the very address that was looked at: a name that answers differently a moment later (DNS rebinding) changes nothing.
 * Each redirect is looked at like the first address. No cookies, no credentials, no proxies of the environment.
 */
export function createFetchOutside({ lookup = (host) => lookupHost(host, { all: true }), isAllowed = isPublicAddress, ports = ['', '80', '443'] }: Deps = {}): FetchOutside {
  /** The one address that is connected to. */
  async function pin(url: URL): Promise<LookupAddress> {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new AddressNotFetched('scheme');
    if (url.username !== '' || url.password !== '') throw new AddressNotFetched('credentials');
    if (ports !== 'any' && !ports.includes(url.port)) throw new AddressNotFetched('port');
    // URL has made 2130706433, 0x7f.1 and 017700000001 into 127.0.0.1 by now.
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const family = isIP(host);
    const found = family === 0 ? await lookup(host).catch(() => []) : [{ address: host, family }];
    if (found.length === 0) throw new AddressNotFetched('unresolved');
    if (!found.every(({ address }) => isAllowed(address))) throw new AddressNotFetched('address');
    return found[0]!;
  }

  return async function fetchOutside(given, { maxBytes, withinMs, maxRedirects = 3 }) {
    const deadline = AbortSignal.timeout(withinMs);
    let url = parsed(given);
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const answer = await once(url, await inTime(pin(url), deadline), maxBytes, deadline);
      if (answer.location === undefined) {
        if (answer.status !== 200) throw new AddressNotFetched('status', { status: answer.status });
        return { status: answer.status, contentType: answer.contentType, body: answer.body, url: url.href };
      }
      const next = parsed(answer.location, url);
      if (url.protocol === 'https:' && next.protocol !== 'https:') throw new AddressNotFetched('scheme');
      url = next;
    }
    throw new AddressNotFetched('redirects');
  };
}

function parsed(text: string, base?: URL): URL {
  try {
    return new URL(text, base);
  } catch {
    throw new AddressNotFetched('unresolved');
  }
}

/** A resolver cannot be told to stop; nobody waits for it any longer. */
function inTime<T>(work: Promise<T>, deadline: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => { reject(new AddressNotFetched('too_slow')); };
    if (deadline.aborted) { late(); return; }
    deadline.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => { deadline.removeEventListener('abort', late); });
  });
}

type Hop = { status: number; contentType: string; body: Buffer; location?: string };

/** Speaks to that address; the name of the URL is only in the Host header and in the certificate that is asked for. */
function once(url: URL, { address, family }: LookupAddress, maxBytes: number, signal: AbortSignal): Promise<Hop> {
  const isTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => { reject(error instanceof AddressNotFetched ? error : new AddressNotFetched(signal.aborted ? 'too_slow' : 'broken')); };
    const sent = (isTls ? requestHttps : requestHttp)({
      host: address, family, port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port), path: `${url.pathname}${url.search}`, signal, agent: false, maxHeaderSize: 16_384,
      headers: { host: url.host, accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Kontor' }, ...(isTls && isIP(host) === 0 && { servername: host }),
    });
    sent.on('error', fail).on('response', (response) => { take(response, maxBytes).then(resolve, (error: unknown) => { sent.destroy(); fail(error); }); });
    sent.end();
  });
}

async function take(response: IncomingMessage, maxBytes: number): Promise<Hop> {
  const status = response.statusCode!;
  const base = { status, contentType: response.headers['content-type'] ?? '' };
  const { location } = response.headers;
  if (status >= 300 || location !== undefined) {
    response.destroy();
    return { ...base, body: Buffer.alloc(0), ...([301, 302, 303, 307, 308].includes(status) && location !== undefined && { location }) };
  }
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw new AddressNotFetched('too_large', { maxBytes });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new AddressNotFetched('too_large', { maxBytes });
    chunks.push(chunk);
  }
  return { ...base, body: Buffer.concat(chunks) };
}
