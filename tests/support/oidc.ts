import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Person = { sub: string; email?: string; email_verified?: boolean; given_name?: string; family_name?: string };
type Grant = { nonce: string; challenge: string; redirectUri: string; person: Person };
type Misdeed = 'none' | 'foreign key' | 'other nonce' | 'other audience' | 'away';

const CLIENT = { id: 'kontor-test', secret: 'a-secret-of-the-provider' };
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A small OpenID provider that does what the standard says, and on demand what an attacker would. */
export async function startOidc() {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const grants = new Map<string, Grant>();
  const state = { person: { sub: 'nobody' } as Person, misdeed: 'none' as Misdeed, tokenCalls: 0 };

  const server = createServer(async (req, res) => {
    const url = new URL(req.url!, issuer());
    const json = (status: number, body: object) => { res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)); };
    if (state.misdeed === 'away') { req.socket.destroy(); return; }
    if (url.pathname === '/.well-known/openid-configuration') {
      json(200, {
        issuer: issuer(), authorization_endpoint: `${issuer()}/authorize`, token_endpoint: `${issuer()}/token`, jwks_uri: `${issuer()}/jwks`,
        response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'], code_challenge_methods_supported: ['S256'],
      });
    } else if (url.pathname === '/jwks') {
      json(200, { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] });
    } else if (url.pathname === '/authorize') {
      const given = Object.fromEntries(url.searchParams);
      if (given['client_id'] !== CLIENT.id || given['code_challenge_method'] !== 'S256' || given['response_type'] !== 'code') { json(400, { error: 'invalid_request' }); return; }
      const code = randomBytes(12).toString('hex');
      grants.set(code, { nonce: given['nonce']!, challenge: given['code_challenge']!, redirectUri: given['redirect_uri']!, person: { ...state.person } });
      res.writeHead(302, { location: `${given['redirect_uri']}?${new URLSearchParams({ code, state: given['state']! })}` }).end();
    } else if (url.pathname === '/token') {
      state.tokenCalls += 1;
      const form = new URLSearchParams(await textOf(req));
      const grant = grants.get(form.get('code') ?? '');
      grants.delete(form.get('code') ?? '');
      // RFC 6749, 2.3.1: both halves are form-encoded.
      const given = Buffer.from((req.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString().split(':').map(decodeURIComponent);
      const isClient = given[0] === CLIENT.id && given[1] === CLIENT.secret;
      const proof = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
      if (!isClient) { json(401, { error: 'invalid_client' }); return; }
      if (!grant || proof !== grant.challenge || form.get('redirect_uri') !== grant.redirectUri) { json(400, { error: 'invalid_grant' }); return; }
      json(200, { access_token: randomBytes(12).toString('hex'), token_type: 'Bearer', expires_in: 60, id_token: idToken(grant) });
    } else json(404, {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function idToken({ nonce, person }: Grant): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer(), aud: state.misdeed === 'other audience' ? 'somebody-else' : CLIENT.id, iat: now, exp: now + 60,
      nonce: state.misdeed === 'other nonce' ? 'another' : nonce, ...person,
    };
    const signed = `${base64({ alg: 'RS256', kid: 'k1', typ: 'JWT' })}.${base64(claims)}`;
    const { privateKey } = state.misdeed === 'foreign key' ? foreign : keys;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
  }

  return {
    state, issuer,
    settings: (id: string) => ({ id, name: 'The double', issuer: issuer(), clientId: CLIENT.id, clientSecret: CLIENT.secret, redirectUrl: 'https://shop.example/signed-in' }),
    /** What a browser does there: the person agrees and is sent back with a code. */
    async visit(authorizationUrl: string, person: Person): Promise<{ code: string; state: string }> {
      state.person = person;
      const answer = await fetch(authorizationUrl, { redirect: 'manual' });
      const back = new URL(answer.headers.get('location')!);
      return { code: back.searchParams.get('code')!, state: back.searchParams.get('state')! };
    },
    close: () => new Promise<void>((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }),
  };
}

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
