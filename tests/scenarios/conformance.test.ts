import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanRichText } from '../../src/shared/rich-text.js';
import { givenUser, newEmail, PASSWORD, type GivenUser } from '../support/given.js';
import { ADDRESS, openShop, type Shop } from '../support/shop.js';
import { vectors } from '../support/vectors.js';

const naughty = vectors<string[]>('naughty_strings');
const xss = vectors<string[]>('xss_payloads');
const dompurify = vectors<Array<{ payload: string }>>('dompurify_cases');
const jsonSuite = vectors<Array<{ name: string; b64: string }>>('json_test_suite');
const isemail = vectors<Array<{ address: string; category: string; diagnosis: string }>>('isemail');
const formats = vectors<Record<string, { zipex?: string; zip?: string; require?: string }>>('address_formats');
const jws = vectors<{ rfc7515_A1: { token: string }; wycheproof: Array<{ jws: unknown; key: { k?: string } }> }>('jws');
const common = vectors<string[]>('common_passwords_10k');

const passwords = join(tmpdir(), `kontor-passwords-${randomBytes(4).toString('hex')}`);
let shop: Shop;
let user: GivenUser;
beforeAll(async () => {
  writeFileSync(passwords, common.data.join('\n'));
  shop = await openShop({ env: { PASSWORD_LIST_FILE: passwords, RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_AUTH_PER_MINUTE: '1000000' } });
  user = await givenUser(shop);
});
afterEach(() => { expect(shop.defects.splice(0).map(String)).toEqual([]); });
afterAll(async () => { rmSync(passwords, { force: true }); await shop.close(); });

/** A few at a time, in order of arrival. */
async function each<T>(all: readonly T[], work: (one: T, at: number) => Promise<void>): Promise<void> {
  const waiting = [...all.entries()];
  await Promise.all(Array.from({ length: 8 }, async () => { for (let next = waiting.shift(); next; next = waiting.shift()) await work(next[1], next[0]); }));
}

const HARMLESS = '(?:p|br|hr|h[234]|strong|b|em|i|u|s|sub|sup|small|blockquote|code|pre|ul|ol|li|dl|dt|dd|a|table|thead|tbody|tr|th|td)';
/** Written apart from the cleaner: what in this text a browser could take for more than words. */
const dangers = (html: string): string[] => [
  ...html.match(new RegExp(`<(?!/?${HARMLESS}(?=[\\s/>]))[a-z/!?][^>]*`, 'gi')) ?? [],
  ...[...html.matchAll(/<[a-z][a-z0-9]*((?:\s+[^\s=>/]+(?:="[^"]*")?)*)\s*\/?>/gi)].flatMap(([tag, attributes = '']) =>
    ([...attributes.matchAll(/\s([^\s=>]+)(?:="([^"]*)")?/g)].every(([, name, value = '']) =>
      (name === 'href' ? /^(?:https?:\/\/|mailto:|tel:|#|\/(?!\/))/i.test(value) : ['rel', 'colspan', 'rowspan'].includes(name!))) ? [] : [tag])),
];

xss.describe('what is to run in a browser', () => {
  test('comes out of a description as words and harmless tags, whoever wrote it and however often it is saved', async () => {
    const all = [...xss.data, ...dompurify.data.map(({ payload }) => payload), ...naughty.data].filter((text) => text.length <= 20_000);
    const cleaned = all.map(cleanRichText);
    expect(cleaned.flatMap(dangers)).toEqual([]);
    expect(cleaned.map(cleanRichText)).toEqual(cleaned);

    // each of these is a transaction of its own
    const payloads = all.filter((_text, at) => at % 20 === 0);
    const found: string[] = [];
    for (let from = 0; from < payloads.length; from += 25) {
      const items = payloads.slice(from, from + 25).map((description, at) => ({ name: `Product ${from + at}`, description, variants: [] }));
      const { status } = await shop.call('post', '/products/bulk', { headers: shop.keys.secret, body: { items } });
      expect(status).toBeLessThan(300);
    }
    const stored = await shop.connection.collection('products').find({ name: /^Product \d/ }).toArray();
    for (const { description } of stored) found.push(...dangers(description as string));

    expect(stored.map(({ description }) => description as string).sort()).toEqual(payloads.map(cleanRichText).sort());
    expect(found).toEqual([]);
  });

  test('an ordinary text stays as it was written', async () => {
    const html = '<h2>Made for rain</h2><p>Warm &amp; dry, <em>5 years</em> of <a href="https://example.com/care">care</a>.</p><ul><li>one</li></ul>';
    const sent = ['5 < 6 & 7 > 2, "quoted" \u2013 it\'s <3', html, 'a\nb'];
    const { body } = await shop.call('post', '/products/bulk', { headers: shop.keys.secret, body: { items: sent.map((description) => ({ name: 'Plain', description, variants: [] })) } });
    const stored = await shop.connection.collection('products').find({ name: 'Plain' }).sort({ _id: 1 }).toArray();

    expect(body.data).toBeDefined();
    expect(stored.map(({ description }) => description as string).sort()).toEqual([sent[0], html.replace('care">', 'care" rel="nofollow noopener noreferrer">'), sent[2]].sort());
  });
});

const texts = [...naughty.data, ...xss.data.filter((_text, at) => at % 12 === 0)];
naughty.describe('strings that break software', () => {
  test('are refused by name or come back letter for letter, as JSON that no browser takes for a page', async () => {
    const wrong: string[] = [];
    const counts = { kept: 0, refused: 0 };
    await each(texts.filter((_text, at) => at % 2 === 0), async (text) => {
      const { status, body, headers } = await shop.call('post', '/customers/me/wishlists', { headers: user.headers, body: { name: text } });
      if (status >= 500 || !/^application\/(problem\+)?json/.test(headers['content-type']!) || headers['x-content-type-options'] !== 'nosniff') wrong.push(`${status} ${text}`);
      if (status === 201) {
        counts.kept += 1;
        if (body.data.name !== text.trim()) wrong.push(`changed: ${text}`);
        await shop.call('delete', `/customers/me/wishlists/${body.data.id}`, { headers: user.headers });
      } else {
        counts.refused += 1;
        if (status !== 400 || body.errors[0]?.pointer !== '#/body/name') wrong.push(`${status} ${JSON.stringify(body).slice(0, 200)} ${text}`);
      }
    });

    expect(wrong).toEqual([]);
    expect(counts.kept).toBeGreaterThan(100);
  });

  test('are searched for, filtered by and named in a path without a defect', async () => {
    const wrong: string[] = [];
    while ((await shop.call('get', '/search?q=lamp')).status === 503) await new Promise((resolve) => { setTimeout(resolve, 100); });
    await each(texts, async (text, at) => {
      const word = encodeURIComponent(text.slice(0, 400));
      const path = [`/search?q=${word}`, `/products?q=${word}`, `/products/${word}`, `/search?q=a&sort=${word}`][at % 4]!;
      const { status } = await shop.call('get', path);
      if (status >= 500) wrong.push(`${status} ${path}`);
    });

    expect(wrong).toEqual([]);
  });

  test('and as a name in a mail they are words', async () => {
    const { renderMail } = await import('../../src/operations/notifications/templates/render.js');
    const mails = texts.map((name) => renderMail('order_placed' as never, { name, number: name } as never, { locale: 'en', shop: 'Kontor' }));

    const plain = renderMail('order_placed' as never, { name: 'Ada', number: '1' } as never, { locale: 'en', shop: 'Kontor' });
    const tags = (html: string) => html.match(/<[a-z!/][^\s>]*/gi)!.length;
    expect(mails.filter(({ html, subject }) => tags(html) !== tags(plain.html) || /[\r\n]/.test(subject))).toEqual([]);
  });
});

jsonSuite.describe('JSON parsing', () => {
  const send = (bytes: Buffer) => new Promise<{ status: number; code: string }>((resolve, reject) => {
    const headers = { ...shop.headers, 'content-type': 'application/json', 'content-length': bytes.length };
    const sent = request(`${shop.url}/api/v1/auth/verify`, { method: 'POST', headers }, (res) => {
      let text = '';
      res.on('data', (chunk: Buffer) => { text += chunk.toString(); }).on('end', () => { resolve({ status: res.statusCode!, code: (JSON.parse(text) as { code: string }).code }); });
    });
    sent.on('error', reject).end(bytes);
  });

  test('what is no JSON is malformed, what is an object or a list is read, and nothing is a defect', async () => {
    const wrong: string[] = [];
    await each(jsonSuite.data, async ({ name, b64 }) => {
      const bytes = Buffer.from(b64, 'base64');
      const { status, code } = await send(bytes);
      const isNested = /^\s*[[{]/.test(bytes.toString());
      const isRead = code === 'invalid_request';
      if (status !== 400 || (name.startsWith('n_') && isRead && bytes.length > 0) || (name.startsWith('y_') && isNested && !isRead)) wrong.push(`${name}: ${status} ${code}`);
    });

    expect(wrong).toEqual([]);
  });
});

isemail.describe('e-mail addresses', () => {
  // Mailboxes that people have. Comments, quoted names, address literals and folded lines are allowed by RFC 5321 and 5322, are used by
  // nobody but attackers, and are read differently by mail systems; whether a domain has a record is asked by sending the code.
  const TAKEN = /^ISEMAIL_(VALID|DNSWARN_.*)$/;

  test('ordinary ones can be registered; comments, quoting, literals, single labels and folding cannot', async () => {
    const found: Record<string, string[]> = {};
    await each(isemail.data, async ({ address, diagnosis }) => {
      const { status } = await shop.call('post', '/auth/register', { body: { email: address, password: PASSWORD, firstName: 'A', lastName: 'B' } });
      const isTaken = status === 201 || status === 409;
      if (isTaken !== TAKEN.test(diagnosis) || (!isTaken && status !== 400)) (found[diagnosis] ??= []).push(`${status} ${JSON.stringify(address)}`);
    });

    expect(found).toEqual({});
  });
});

formats.describe('postal codes of all countries', () => {
  test('every example of every country is taken', async () => {
    const { token } = await shop.given.cart((await shop.given.variant()).sku);
    const examples = Object.entries(formats.data).flatMap(([country, { zipex }]) => (zipex ?? '').split(',').filter(Boolean).slice(0, 1).map((postalCode) => ({ country, postalCode })));
    const wrong: string[] = [];
    for (let at = 0; at < examples.length; at += 2) {
      const [shippingAddress, billingAddress = ADDRESS] = examples.slice(at, at + 2).map((example) => ({ ...ADDRESS, ...example }));
      const { status, body } = await shop.call('put', '/cart/addresses', { headers: { 'x-cart-token': token }, body: { shippingAddress, billingAddress } });
      if (status !== 200) wrong.push(`${status} ${JSON.stringify(body)}`);
    }

    expect(examples.length).toBeGreaterThan(150);
    expect(wrong).toEqual([]);
  });
});

jws.describe('signed tokens of others', () => {
  test('none of them signs anybody in, whatever its algorithm and however it is written', async () => {
    const own = user.accessToken.split('.');
    const unsigned = [{ alg: 'none' }, { alg: 'None' }, { alg: 'HS512' }, { alg: 'HS256', kid: '../../dev/null' }, { alg: 'RS256' }].map((header) =>
      [Buffer.from(JSON.stringify({ ...header, typ: 'JWT' })).toString('base64url'), own[1], header.alg.toLowerCase() === 'none' ? '' : own[2]].join('.'));
    const tokens = [...jws.data.wycheproof.map((one) => (typeof one.jws === 'string' ? one.jws : JSON.stringify(one.jws))), jws.data.rfc7515_A1.token, ...unsigned];
    const wrong: string[] = [];
    await each(tokens, async (token) => {
      const bearer = await shop.call('get', '/customers/me', { headers: { authorization: `Bearer ${token.replace(/[^\x20-\x7e]/g, '')}` } });
      const asked = await shop.call('post', '/auth/verify', { body: { token } });
      const cookie = await shop.call('get', '/customers/me', { headers: { cookie: `kontor_access=${encodeURIComponent(token)}` } });
      if (bearer.status !== 401 || cookie.status !== 401 || asked.status >= 500 || asked.body.data?.valid === true) wrong.push(`${bearer.status} ${asked.status} ${cookie.status} ${token}`);
    });

    expect(wrong).toEqual([]);
    expect((await shop.call('get', '/customers/me', { headers: user.headers })).status).toBe(200);
  });
});

common.describe('the most used passwords', () => {
  test('none of them opens an account', async () => {
    const long = common.data.filter((password) => Buffer.byteLength(password) >= 10);
    const chosen = [...long, ...common.data.filter((_password, at) => at % 100 === 0)];
    const statuses = new Set<number>();
    await each(chosen, async (password) => { statuses.add((await shop.call('post', '/auth/register', { body: { email: newEmail(), password, firstName: 'A', lastName: 'B' } })).status); });

    expect(chosen.length).toBeGreaterThan(150);
    expect([...statuses]).toEqual([400]);
  });
});
