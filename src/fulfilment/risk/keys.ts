import { createHmac } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { normalisedEmail } from '../../shared/normalised-email.js';
import type { Subject } from './risk.js';

/** By what orders belong together: keyed hashes, so that a dump of the database tells no address and no mailbox. */
export type Keys = Readonly<{ all: readonly string[]; customer: string; place: string }>;
export const KINDS = ['user', 'email', 'address', 'ip', 'device', 'card'] as const;
export type KeyKind = (typeof KINDS)[number];

const HOME = new BlockList();
for (const [net, bits] of [['10.0.0.0', 8], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.168.0.0', 16], ['100.64.0.0', 10]] as const) HOME.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [['::1', 128], ['fc00::', 7], ['fe80::', 10]] as const) HOME.addSubnet(net, bits, 'ipv6');

export const createKeys = (secret: string) => {
  const hashed = (kind: KeyKind, text: string): string => `${kind}:${createHmac('sha256', secret).update(`risk:${kind}:${text}`).digest('base64url').slice(0, 20)}`;
  const keysOf = ({ userId, email, ip, device, shippingAddress }: Subject): Keys => {
    const mail = hashed('email', normalisedEmail(email));
    const user = userId === null ? null : hashed('user', userId);
    const { line1, postalCode, city, country } = shippingAddress;
    const place = hashed('address', [line1, postalCode, city, country].map(plain).join('|'));
    const network = ip === undefined ? null : networkOf(ip);
    const all = [user, mail, place, network && hashed('ip', network), device === undefined ? null : hashed('device', device)].filter((key) => key !== null);
    return { all, customer: user ?? mail, place };
  };
  /** Of one thing as somebody names it. */
  const keyFor = (kind: KeyKind, text: string): string => hashed(kind, kind === 'email' ? normalisedEmail(text) : text);
  return { keyFor, keysOf };
};

/** Null for addresses of a network of one's own: behind a proxy that is not configured they would be everybody's. Of IPv6 the network that one customer has. */
export function networkOf(given: string): string | null {
  const ip = given.replace(/^::ffff:(?=\d+\.)/i, '').split('%', 1)[0]!.toLowerCase();
  const version = isIP(ip);
  if (version === 0 || HOME.check(ip, version === 4 ? 'ipv4' : 'ipv6')) return null;
  return version === 4 ? ip : expanded(ip).slice(0, 4).join(':');
}

function expanded(ip: string): string[] {
  const [head = '', tail] = ip.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [left, right] = [groups(head), groups(tail ?? '')];
  const middle = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...middle, ...right].map((group) => group.replace(/^0+(?=.)/, ''));
}

/** The same door however it is written. */
const plain = (text: string): string => text.normalize('NFKD').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
