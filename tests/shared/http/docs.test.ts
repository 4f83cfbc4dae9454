import { textOf } from '../../../scripts/lib/spec.js';
import { openMiniApp, type MiniApp } from '../../support/mini-app.js';

let app: MiniApp;
beforeAll(async () => { app = await openMiniApp(); });
afterAll(() => app.close());

test('/openapi.json is the contract, compressed and with a tag', async () => {
  const { body, headers } = await app.api.get('/openapi.json').set('Accept-Encoding', 'gzip').expect(200);

  expect(textOf(body)).toBe(textOf(app.container.openApi()));
  expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'content-encoding': 'gzip', 'cache-control': 'public, max-age=0, must-revalidate' });
  await app.api.get('/openapi.json').set('If-None-Match', headers['etag']!).expect(304);
});

test('/docs works offline: every script and style is ours, and the policy allows no other', async () => {
  const page = await app.api.get('/docs/').expect(200);
  const policy = page.headers['content-security-policy']!;

  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:\/\/(?!.*data:)/);
  const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
  expect(assets.length).toBeGreaterThan(3);
  for (const asset of assets) {
    expect(asset).toMatch(/^\.\//);
    const { headers } = await app.api.get(`/docs/${asset.slice(2)}`).expect(200);
    expect(headers['content-type']).not.toMatch(/json/);
  }
  expect(page.text).not.toMatch(/<script>(?!\s*<)/);
  expect((await app.api.get('/docs/swagger-ui-init.js').expect(200)).text).toContain('/openapi.json');
});

test('/docs sends on to /docs/', async () => {
  expect((await app.api.get('/docs').expect(301)).headers['location']).toBe('/docs/');
});
