import { createHmac } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { AccessTokens } from '../../../src/people/auth/access-tokens.js';
import { RefreshTokens } from '../../../src/people/auth/refresh-tokens.js';

const secret = 'a-secret-of-the-tests-that-is-long-enough';
const clock = { at: new Date('2026-03-01T12:00:00Z') };
const tokens = () => new AccessTokens({ secret, ttlSeconds: 3600, now: () => clock.at });
const session = { userId: 'a'.repeat(24), sessionId: 'b'.repeat(24), roles: ['customer'], issuedAt: clock.at, tokenId: 'b.0' };
beforeEach(() => { clock.at = new Date('2026-03-01T12:00:00Z'); });

const claims = { sub: session.userId, sid: session.sessionId, roles: [], iat: clock.at.getTime() / 1000, exp: clock.at.getTime() / 1000 + 3600, jti: 'x' };
const { exp: _exp, ...withoutEnd } = claims;
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('access tokens', () => {
  test('say who, which session, until when', () => {
    const at = clock.at.getTime() / 1000;

    expect(tokens().verify(tokens().issue(session))).toEqual({ sub: session.userId, sid: session.sessionId, roles: ['customer'], iat: at, exp: at + 3600, jti: 'b.0' });
  });

  test('are the same for the same session and moment', () => {
    expect(tokens().issue(session)).toBe(tokens().issue(session));
  });

  test('end with their second, remembered or not', () => {
    const known = tokens();
    const token = known.issue(session);

    clock.at = new Date('2026-03-01T12:59:59.999Z');
    expect(known.verify(token)).not.toBeNull();
    clock.at = new Date('2026-03-01T13:00:00Z');
    expect([known.verify(token), tokens().verify(token)]).toEqual([null, null]);
  });

  test.each([
    { _case: 'without a signature', token: `${base64({ alg: 'none', typ: 'JWT' })}.${base64(claims)}.` },
    { _case: 'of HS512', token: jwt.sign(claims, secret, { algorithm: 'HS512' }) },
    { _case: 'of HS384', token: jwt.sign(claims, secret, { algorithm: 'HS384' }) },
    { _case: 'of another secret', token: jwt.sign(claims, 'another secret that is long enough too', { algorithm: 'HS256' }) },
    { _case: 'that claims HS256 over a body that was changed', token: jwt.sign(claims, secret).replace(/\.[^.]+\./, `.${base64({ ...claims, sub: 'c'.repeat(24) })}.`) },
    { _case: 'without a session', token: jwt.sign({ ...claims, sid: undefined }, secret) },
    { _case: 'whose session is a query', token: jwt.sign({ ...claims, sid: { $ne: null } }, secret) },
    { _case: 'that never ends', token: jwt.sign(withoutEnd, secret) },
    { _case: 'whose payload is a text', token: jwt.sign('hello', secret) },
    { _case: 'that is no token', token: 'a.b.c' },
    { _case: 'of nothing', token: '' },
    { _case: 'of a megabyte', token: `eyJ${'x'.repeat(1_000_000)}` },
  ])('refuse one $_case', ({ token }) => {
    expect(tokens().verify(token)).toBeNull();
  });

  test('a body signed as we sign it is taken, so the refusals above are for their own reasons', () => {
    expect(tokens().verify(jwt.sign(claims, secret, { algorithm: 'HS256' }))).toMatchObject({ sub: session.userId });
  });
});

describe('refresh tokens', () => {
  const refresh = new RefreshTokens(secret);
  const family = { id: 'b'.repeat(24), seed: refresh.newSeed() };

  test('read back and prove themselves to their own family and generation only', () => {
    const token = refresh.read(refresh.of(family, 3))!;

    expect(token).toMatchObject({ sessionId: family.id, generation: 3 });
    expect(refresh.isGenuine(family, token)).toBe(true);
    expect(refresh.isGenuine(family, { ...token, generation: 4 })).toBe(false);
    expect(refresh.isGenuine({ ...family, seed: refresh.newSeed() }, token)).toBe(false);
    expect(refresh.isGenuine({ ...family, id: 'c'.repeat(24) }, token)).toBe(false);
    expect(new RefreshTokens('another secret that is long enough too').isGenuine(family, token)).toBe(false);
  });

  test('do not follow from the signing secret of access tokens directly', () => {
    const guessed = createHmac('sha256', secret).update(`${family.id}|0|${family.seed}`).digest('base64url');

    expect(refresh.of(family, 0).slice(-43)).not.toBe(guessed);
  });

  test.each(['', 'rt_', `rt_${'b'.repeat(24)}_01_${'A'.repeat(43)}`, `rt_${'g'.repeat(24)}_0_${'A'.repeat(43)}`, `rt_${'b'.repeat(24)}_0_${'A'.repeat(44)}`, `rt_${'b'.repeat(24)}_-1_${'A'.repeat(43)}`])(
    '%p is none of ours', (text) => { expect(refresh.read(text)).toBeNull(); },
  );
});
