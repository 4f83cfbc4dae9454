import { loadConfig } from '../../../config/index.js';

const required = { NODE_ENV: 'production', MONGODB_URI: 'mongodb://db.internal/kontor', REDIS_URL: 'redis://cache.internal', JWT_SECRET: 'k3Zr8vQn1Lx0Wm7Ty4Hb9Cd2Fg6Js5Pa' };
const problemOf = (env: Record<string, string>): string => {
  try { loadConfig({ ...required, ...env }); } catch (error) { return (error as Error).message; }
  return '';
};

test('a provider without its settings is not offered', () => {
  expect(loadConfig(required).payments).toMatchObject({ simulatorUrl: '', stripe: null, paypal: null, returnUrl: 'http://localhost:3000' });
});

test('with them it is', () => {
  const { payments } = loadConfig({
    ...required, STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1', STRIPE_API_BASE: 'http://127.0.0.1:4010',
    PAYPAL_CLIENT_ID: 'id', PAYPAL_CLIENT_SECRET: 'secret', PAYPAL_WEBHOOK_ID: 'WH-1', PAYMENT_RETURN_URL: 'https://shop.example/thanks',
  });
  expect(payments).toMatchObject({
    stripe: { secretKey: 'sk_test_1', webhookSecret: 'whsec_1', apiBase: 'http://127.0.0.1:4010' },
    paypal: { clientId: 'id', clientSecret: 'secret', webhookId: 'WH-1', apiBase: 'https://api-m.paypal.com' }, returnUrl: 'https://shop.example/thanks',
  });
});

test.each([
  { _case: 'Stripe without the secret of its webhooks', env: { STRIPE_SECRET_KEY: 'sk_test_1' }, says: ['"STRIPE_WEBHOOK_SECRET" is required beside it'] },
  { _case: 'a publishable key', env: { STRIPE_SECRET_KEY: 'pk_live_1', STRIPE_WEBHOOK_SECRET: 'w' }, says: ['"STRIPE_SECRET_KEY" is a publishable key'] },
  { _case: 'half of PayPal', env: { PAYPAL_CLIENT_ID: 'id' }, says: ['"PAYPAL_CLIENT_SECRET" is required beside it', '"PAYPAL_WEBHOOK_ID" is required beside it'] },
])('$_case is told at start', ({ env, says }) => {
  const problem = problemOf(env);
  for (const sentence of says) expect(problem).toContain(sentence);
  expect(problem).not.toContain('pk_live_1');
});
