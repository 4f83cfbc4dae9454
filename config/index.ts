import Joi from 'joi';
import { deriveKey, readMasterKeys } from '../src/shared/crypto/sealing.js';
import { followingJwt, masterKeysOf } from './secrets.js';

const seconds = () => Joi.number().integer().min(1);
const flag = () => Joi.boolean();
const list = () => Joi.string().allow('');
/** As drivers read them: several hosts, separated by commas, which no generic URI has. */
const hosts = (scheme: string) => Joi.string().pattern(new RegExp(`^${scheme}://([^@/\\s]*@)?[^,/?@\\s]+(,[^,/?@\\s]+)*(/[^\\s]*)?$`))
  // Said without the value, which may hold a password.
  .messages({ 'string.pattern.base': `{{#label}} must be one or more hosts, like ${scheme.replace(/\W.*/, '')}://host1,host2` });
const currency = () => Joi.string().pattern(/^[A-Z]{3}$/, 'ISO 4217 code');

/** `INV-{year}`, and for single countries `DE:RE-{country}-{year}`. */
const series = () => Joi.string().pattern(/^[\w/{}-]{1,40}(,\s*[A-Z]{2}:[\w/{}-]{1,40})*$/, 'list of series like INV-{year},DE:RE-{year}');

const countries = () => Joi.string().allow('').pattern(/^[A-Z]{2}(,\s*[A-Z]{2})*$/, 'list of countries like DE,FR or EU');

/** Long, and neither a placeholder nor one key held down: what was copied from an example guards nothing. */
const secret = (length: number) => Joi.string().min(length).custom((value: string, helpers) => (
  new Set(value).size < 8 || /change.?me|placeholder|your.?secret|example/i.test(value) ? helpers.error('string.weak') : value
)).messages({ 'string.weak': '{{#label}} is a placeholder or easy to guess; make one with: openssl rand -base64 48' });

/** A key of a payment provider; without it that provider is not offered. A publishable key in its place is a mistake that costs an afternoon. */
const key = (like: string) => Joi.string().allow('').pattern(/^pk_/, { invert: true }).default('')
  .messages({ 'string.pattern.invert.base': `{{#label}} is a publishable key; the secret one looks like ${like}` });
/** Half a provider is none: what else it needs is said at start, not at the first payment. */
const beside = (what: string) => ({ is: Joi.string().min(1).required(), then: Joi.string().min(1).required()
  .messages({ 'any.required': `{{#label}} is required beside it: ${what}`, 'string.empty': `{{#label}} is required beside it: ${what}` }) });

/** `[{"id":"google","issuer":"https://accounts.google.com",...}]`; said without the value, which holds secrets. */
const providerList = Joi.array().max(20).unique('id').items(Joi.object({
  id: Joi.string().pattern(/^[a-z0-9][a-z0-9-]{0,31}$/).required(), name: Joi.string().max(60), issuer: Joi.string().uri({ scheme: ['https', 'http'] }).required(),
  clientId: Joi.string().required(), clientSecret: Joi.string().required(), redirectUrl: Joi.string().uri({ scheme: ['https', 'http'] }).required(), scope: Joi.string(),
}));
const providers = () => Joi.string().allow('').custom((given: string, helpers) => (parseProviders(given) ? given : helpers.error('string.providers')))
  .messages({ 'string.providers': '{{#label}} must be a JSON list of objects with id, name, issuer, clientId, clientSecret and redirectUrl' });

type Provider = Readonly<{ id: string; name: string; issuer: string; clientId: string; clientSecret: string; redirectUrl: string; scope: string }>;
/** Null when it is no such list. */
function parseProviders(given: string): readonly Provider[] | null {
  if (given === '') return [];
  try {
    const listed = Joi.attempt(JSON.parse(given), providerList) as Array<Partial<Provider> & Pick<Provider, 'id'>>;
    return listed.map((one) => ({ name: one.id, scope: 'openid email profile', ...one }) as Provider);
  } catch {
    return null;
  }
}

/** Said without the value: it is what opens everything. */
const masterKeys = () => Joi.string().allow('').default('').custom((value: string, helpers) => (value === '' || readMasterKeys(value) ? value : helpers.error('keys.unreadable')))
  .messages({ 'keys.unreadable': '{{#label}} must be a list like k2:BASE64,k1:BASE64 of 32 bytes each, the current one first; make one with: echo "k1:$(openssl rand -base64 32)"' });

/** Every variable the process reads, with the only defaults that are safe in production. Secrets have none. */
export const environment = Joi.object({
  NODE_ENV: Joi.string().valid('development', 'test', 'staging', 'production').required(),
  HOST: Joi.string().hostname().default('0.0.0.0'),
  PORT: Joi.number().port().default(3000),
  PUBLIC_URL: Joi.string().uri({ scheme: ['http', 'https'] }).default('http://localhost:3000'),
  STOREFRONT_URL: Joi.string().uri({ scheme: ['http', 'https'] }).allow('').default(''),
  MONGODB_URI: hosts('mongodb(\\+srv)?').required(),
  MONGODB_POOL_SIZE: Joi.number().integer().min(1).max(1000).default(50),
  REDIS_URL: hosts('rediss?').required(),
  REDIS_KEY_PREFIX: Joi.string().pattern(/^[\w:-]*$/).default('kontor:'),

  JWT_SECRET: secret(32).required(),
  JWT_ACCESS_TTL_SECONDS: seconds().default(3600),
  JWT_REFRESH_TTL_SECONDS: seconds().default(30 * 24 * 3600),
  SESSION_MAX_DAYS: Joi.number().integer().min(1).max(3650).default(90),
  BCRYPT_COST: Joi.number().integer().min(4).max(15).default(12),
  PASSWORD_HASH_CONCURRENCY: Joi.number().integer().min(1).max(16).default(2),
  PASSWORD_HASH_QUEUE: Joi.number().integer().min(1).max(1000).default(64),
  SIGN_IN_FAILURES_PER_ACCOUNT: Joi.number().integer().min(1).default(10),
  SIGN_IN_FAILURES_PER_ADDRESS: Joi.number().integer().min(1).default(10),
  PASSWORD_LIST_FILE: Joi.string().allow('').default(''),
  BREACHED_PASSWORDS_URL: Joi.string().uri({ scheme: ['http', 'https'] }).allow('').default(''),
  BREACHED_PASSWORDS_TIMEOUT_MS: Joi.number().integer().min(50).max(5000).default(800),
  MFA_SECRET: secret(32).allow('').default(''),
  MFA_REQUIRED_ROLES: Joi.string().pattern(/^(vendor|moderator|support|operations|admin)(,\s*(vendor|moderator|support|operations|admin))*$/, 'list of staff roles').allow('').default(''),
  OIDC_PROVIDERS: providers().default(''),
  STEP_UP: Joi.string().valid('enrolled', 'always').default('enrolled'),
  STEP_UP_REFUND_ABOVE: Joi.string().pattern(/^[A-Z]{3}:\d+(,\s*[A-Z]{3}:\d+)*$/, 'list like EUR:50000,USD:50000 in minor units').default('EUR:50000,USD:50000,GBP:50000,JPY:8000000,KWD:15000'),

  CORS_ORIGINS: list().default(''),
  TRUST_PROXY: Joi.number().integer().min(0).max(10).default(0),
  HTTPS_REDIRECT: flag().default(false),
  BODY_LIMIT_BYTES: Joi.number().integer().min(1024).default(102_400),
  RATE_LIMIT_PER_MINUTE: Joi.number().integer().min(1).default(600),
  RATE_LIMIT_AUTH_PER_MINUTE: Joi.number().integer().min(1).default(20),
  MAX_REQUESTS_IN_FLIGHT: Joi.number().integer().min(1).max(10_000).default(600),
  ANSWER_WITHIN_MS: Joi.number().integer().min(1000).max(60_000).default(9000),
  SHUTDOWN_GRACE_MS: Joi.number().integer().min(0).default(10_000),

  LOG_LEVEL: Joi.string().valid('error', 'warn', 'info', 'http', 'debug').default('http'),
  LOG_DIR: Joi.string().allow('').default(''),
  METRICS_TOKEN: secret(16).allow('').default(''),

  CACHE_TTL_SECONDS: seconds().default(300),
  DEFAULT_CURRENCY: currency().default('EUR'),
  DEFAULT_COUNTRY: Joi.string().pattern(/^[A-Z]{2}$/, 'ISO 3166 code').default('GB'),
  PRICES_INCLUDE_TAX: flag().default(true),
  TAX_RATE_BPS: Joi.number().integer().min(0).max(10_000).default(2000),
  TAX_MODE: Joi.string().valid('flat', 'table').default('flat'),
  TAX_REGISTRATIONS: countries().default(''),
  NET_PRICE_COUNTRIES: countries().default(''),
  TAX_FOREIGN_PRICES: Joi.string().valid('keep', 'recompute').default('keep'),
  TAX_SHIPPING: Joi.string().pattern(/^[a-z][a-z0-9_]{0,63}$/, 'goods or a tax category').default('standard'),
  TAX_ROUNDING: Joi.string().valid('half_up', 'half_even').default('half_up'),
  TAX_ROUNDING_LEVEL: Joi.string().valid('line', 'order').default('line'),
  TAX_VIES_URL: Joi.string().uri({ scheme: ['http', 'https'] }).allow('').default(''),
  TAX_UNVERIFIED_REVERSE_CHARGE: flag().default(false),
  TAX_PROVIDER_URL: Joi.string().uri({ scheme: ['http', 'https'] }).allow('').default(''),
  TAX_PROVIDER_SECRET: secret(16).allow('').default(''),
  TAX_TIMEOUT_MS: Joi.number().integer().min(100).max(10_000).default(2000),
  CARBON_OFFSET_PRICES: Joi.string().allow('').pattern(/^[A-Z]{3}:\d+(,\s*[A-Z]{3}:\d+)*$/, 'list like EUR:2,JPY:4, minor units for a kilogram').default(''),
  SHIPPING_FLAT_RATES: Joi.string().pattern(/^[A-Z]{3}:\d+(,\s*[A-Z]{3}:\d+)*$/, 'list like EUR:490,USD:590 in minor units').default('EUR:490,USD:590,GBP:450,JPY:800,KWD:1800'),
  GIFT_CARD_SECRET: secret(32).allow('').default(''),
  DIGITAL_SECRET: secret(32).allow('').default(''),
  STORAGE: Joi.string().valid('local', 's3').default('local'),
  STORAGE_DIR: Joi.string().default('uploads'),
  STORAGE_BUCKET: Joi.string().pattern(/^[a-z0-9.-]{3,63}$/, 'bucket name').allow('').default('').when('STORAGE', { is: 's3', then: Joi.string().min(1).required().messages({ 'any.required': '{{#label}} is required with STORAGE=s3: the bucket that files go to' }) }),
  STORAGE_REGION: Joi.string().default('us-east-1'),
  STORAGE_ENDPOINT: Joi.string().uri({ scheme: ['http', 'https'] }).allow('').default(''),
  STORAGE_ACCESS_KEY_ID: Joi.string().allow('').default(''),
  STORAGE_SECRET_ACCESS_KEY: Joi.string().allow('').default('').when('STORAGE_ACCESS_KEY_ID', beside('the secret of that access key')),
  MEDIA_URL: Joi.string().uri({ scheme: ['http', 'https'] }).allow('').default(''),
  MEDIA_MAX_IMAGE_BYTES: Joi.number().integer().min(1024).max(100_000_000).default(20_971_520),
  MEDIA_MAX_VIDEO_BYTES: Joi.number().integer().min(1024).max(1_000_000_000).default(104_857_600),
  MEDIA_QUOTA_BYTES: Joi.number().integer().min(0).default(524_288_000),
  MEDIA_ORPHAN_HOURS: Joi.number().integer().min(1).max(23).default(12),
  CLAMD_ADDRESS: Joi.string().pattern(/^([\w.-]+:\d+|\/[^\s]+)$/, 'host:port or path of a socket').allow('').default(''),
  FFMPEG_DIR: Joi.string().allow('').default(''),
  DATA_MASTER_KEYS: masterKeys(),
  DATA_MASTER_KEYS_FILE: Joi.string().allow('').default(''),
  DATA_INDEX_SECRET: secret(32).allow('').default(''),
  RETENTION_DAYS: Joi.string().allow('').pattern(/^[a-z_]+:\d+(,\s*[a-z_]+:\d+)*$/, 'list like activity:730,mails:365').default(''),
  RETENTION_TAX_YEARS: Joi.number().integer().min(1).max(30).default(10),
  VOICE_RECOGNISER_COMMAND: Joi.string().pattern(/\{file\}/, 'command with {file}').allow('').default(''),
  SEARCH_ENGINE: Joi.string().valid('embedded', 'opensearch').default('embedded'),
  SEARCH_URL: hosts('https?').allow('').default('').when('SEARCH_ENGINE', { is: 'opensearch', then: Joi.string().min(1).required().messages({ 'any.required': '{{#label}} is required with SEARCH_ENGINE=opensearch: where the server is, like https://search1:9200' }) }),
  SEARCH_USERNAME: Joi.string().allow('').default(''),
  SEARCH_PASSWORD: Joi.string().allow('').default('').when('SEARCH_USERNAME', beside('the password of that user')),
  SEARCH_INDEX_PREFIX: Joi.string().pattern(/^[a-z][a-z0-9_-]{0,60}$/, 'prefix in lower case').default('kontor'),
  SEARCH_TIMEOUT_MS: Joi.number().integer().min(50).max(5000).default(400),
  CART_TTL_DAYS: Joi.number().integer().min(1).default(60),
  ORDER_PAYMENT_WINDOW_SECONDS: seconds().default(1800),
  ORDER_REVIEW_WINDOW_SECONDS: seconds().default(72 * 3600),
  RISK_SECRET: secret(32).allow('').default(''),
  ORDER_CANCELLATION_WINDOW_SECONDS: Joi.number().integer().min(0).default(24 * 3600),

  PAYMENT_SIMULATOR_URL: Joi.string().uri({ scheme: ['http', 'https'] }).allow('').default(''),
  PAYMENT_SIMULATOR_SECRET: secret(16).allow('').default('')
    .when('PAYMENT_SIMULATOR_URL', { is: Joi.string().required(), then: Joi.string().min(16).invalid('').required() }),
  PAYMENT_RETURN_URL: Joi.string().uri({ scheme: ['http', 'https'] }).allow('').default(''),
  STRIPE_SECRET_KEY: key('sk_live_...'),
  STRIPE_WEBHOOK_SECRET: Joi.string().allow('').default('').when('STRIPE_SECRET_KEY', beside('the signing secret of the webhook endpoint, whsec_...')),
  STRIPE_API_BASE: Joi.string().uri({ scheme: ['http', 'https'] }).default('https://api.stripe.com'),
  PAYPAL_CLIENT_ID: Joi.string().allow('').default(''),
  PAYPAL_CLIENT_SECRET: Joi.string().allow('').default('').when('PAYPAL_CLIENT_ID', beside("the app's secret")),
  PAYPAL_WEBHOOK_ID: Joi.string().allow('').default('').when('PAYPAL_CLIENT_ID', beside('the id of the webhook in the PayPal dashboard')),
  PAYPAL_API_BASE: Joi.string().uri({ scheme: ['http', 'https'] }).default('https://api-m.paypal.com'),
  PAYMENT_NET_TERMS_DAYS: Joi.number().integer().min(1).max(365).default(30),
  PAYMENT_TIMEOUT_MS: Joi.number().integer().min(100).max(15_000).default(6000),
  CARRIER_TIMEOUT_MS: Joi.number().integer().min(100).max(15_000).default(2000),
  CARRIER_WEBHOOK_SECRET: secret(16).allow('').default(''),
  EASYPOST_API_KEY: Joi.string().allow('').default(''),
  EASYPOST_WEBHOOK_SECRET: secret(16).allow('').default(''),
  EASYPOST_API_BASE: Joi.string().uri({ scheme: ['http', 'https'] }).default('https://api.easypost.com/v2/'),
  SHIPPO_API_TOKEN: Joi.string().allow('').default(''),
  SHIPPO_WEBHOOK_SECRET: secret(16).allow('').default(''),
  SHIPPO_API_BASE: Joi.string().uri({ scheme: ['http', 'https'] }).default('https://api.goshippo.com'),
  WISHLIST_DROP_MIN_BPS: Joi.number().integer().min(1).max(9999).default(500),
  WISHLIST_RESTOCK_PER_UNIT: Joi.number().integer().min(1).max(100).default(2),
  WISHLIST_RESTOCK_PAUSE_HOURS: Joi.number().integer().min(1).max(720).default(24),
  LOYALTY_POINTS_PER_MAJOR_UNIT: Joi.number().integer().min(0).default(1),
  LOYALTY_POINTS_REVIEW: Joi.number().integer().min(0).max(100_000).default(20),
  LOYALTY_POINTS_PHOTO: Joi.number().integer().min(0).max(100_000).default(10),
  LOYALTY_POINTS_ANSWER: Joi.number().integer().min(0).max(100_000).default(15),
  LOYALTY_INTERACTIONS_PER_DAY: Joi.number().integer().min(0).max(1_000_000).default(100),
  REVIEW_WORDS: list().default(''),

  SELLER_NAME: Joi.string().max(200).default('Kontor'),
  SELLER_ADDRESS: Joi.string().max(500).allow('').default(''),
  SELLER_VAT_ID: Joi.string().max(30).allow('').default(''),
  SELLER_EMAIL: Joi.string().email({ tlds: false }).allow('').default(''),
  INVOICE_ISSUED_AT: Joi.string().valid('placement', 'shipment').default('placement'),
  INVOICE_SERIES: series().default('INV-{year}'), CREDIT_NOTE_SERIES: series().default('CN-{year}'),

  SMTP_URL: Joi.string().uri({ scheme: ['smtp', 'smtps'] }).allow('').default(''),
  MAIL_FROM: Joi.string().pattern(/^[^\r\n]*@[\w.-]+>?$/, 'address like Shop <shop@example.com>').default('Kontor <shop@localhost>'),
  MAIL_DIR: Joi.string().allow('').default(''),
  ALERT_EMAIL: Joi.string().email({ tlds: false }).allow('').default(''), LOW_STOCK_MARGIN_PERCENT: Joi.number().integer().min(0).max(1000).default(10),
  DEFAULT_LOCALE: Joi.string().pattern(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'language tag').default('en'),

  WORKER_POLL_MS: Joi.number().integer().min(10).default(200),
  FAILPOINT: Joi.string().allow('').default(''),
})
  .when(Joi.object({ NODE_ENV: Joi.valid('production', 'staging') }).unknown(), {
    then: Joi.object({ OIDC_PROVIDERS: Joi.string().pattern(/"issuer"\s*:\s*"http:/, { invert: true }).messages({ 'string.pattern.invert.base': '"OIDC_PROVIDERS" may name only https issuers' }), FAILPOINT: Joi.valid('').messages({ 'any.only': '"FAILPOINT" is for test builds only' }) }),
  })
  .unknown();

export type Config = ReturnType<typeof loadConfig>;

/** Reads the environment once, reports every problem in one message, freezes what it found. Modules get their slice. */
export function loadConfig(env: NodeJS.ProcessEnv) {
  // An empty variable is one that nobody set: that is how compose files and shells pass them on.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { value, error } = environment.validate(given, { abortEarly: false });
  if (error) throw new Error(`The environment is not usable:\n${error.details.map((d) => `  ${d.message}`).join('\n')}`);
  const read = value as Record<string, unknown>;
  const text = (name: string) => read[name] as string;
  const number = (name: string) => read[name] as number;
  const bool = (name: string) => read[name] as boolean;
  return Object.freeze({
    environment: text('NODE_ENV') as 'development' | 'test' | 'staging' | 'production',
    http: {
      host: text('HOST'), port: number('PORT'), publicUrl: text('PUBLIC_URL'),
      corsOrigins: text('CORS_ORIGINS').split(',').map((o) => o.trim()).filter(Boolean),
      trustProxy: number('TRUST_PROXY'), httpsRedirect: bool('HTTPS_REDIRECT'), bodyLimitBytes: number('BODY_LIMIT_BYTES'),
      rateLimitPerMinute: number('RATE_LIMIT_PER_MINUTE'), authRateLimitPerMinute: number('RATE_LIMIT_AUTH_PER_MINUTE'),
      maxInFlight: number('MAX_REQUESTS_IN_FLIGHT'),
      // A provider that takes all the time it is given still gets its answer through.
      answerWithinMs: Math.max(number('ANSWER_WITHIN_MS'), number('PAYMENT_TIMEOUT_MS') + 3000),
      shutdownGraceMs: number('SHUTDOWN_GRACE_MS'), metricsToken: text('METRICS_TOKEN'),
      checkReplies: !['production', 'staging'].includes(text('NODE_ENV')),
    },
    mongo: { uri: text('MONGODB_URI'), poolSize: number('MONGODB_POOL_SIZE') },
    redis: { url: text('REDIS_URL'), keyPrefix: text('REDIS_KEY_PREFIX') },
    auth: {
      jwtSecret: text('JWT_SECRET'), accessTtlSeconds: number('JWT_ACCESS_TTL_SECONDS'), refreshTtlSeconds: number('JWT_REFRESH_TTL_SECONDS'), sessionMaxDays: number('SESSION_MAX_DAYS'),
      bcryptCost: number('BCRYPT_COST'), hashConcurrency: number('PASSWORD_HASH_CONCURRENCY'), hashQueue: number('PASSWORD_HASH_QUEUE'),
      shopName: text('SELLER_NAME'), passwordListFile: text('PASSWORD_LIST_FILE'), breachRangeUrl: text('BREACHED_PASSWORDS_URL'), breachTimeoutMs: number('BREACHED_PASSWORDS_TIMEOUT_MS'),
      isHttps: text('PUBLIC_URL').startsWith('https:'), rolesWithMfa: parseList(text('MFA_REQUIRED_ROLES')), isStepUpForced: text('STEP_UP') === 'always',
      failuresPerAccount: number('SIGN_IN_FAILURES_PER_ACCOUNT'), failuresPerAddress: number('SIGN_IN_FAILURES_PER_ADDRESS'),
    },
    oidc: parseProviders(text('OIDC_PROVIDERS')) ?? [],
    mfa: { secret: text('MFA_SECRET') || text('JWT_SECRET'), issuer: text('SELLER_NAME') },
    stepUp: { refundAbove: parseRates(text('STEP_UP_REFUND_ABOVE')) },
    log: { level: text('LOG_LEVEL'), dir: text('LOG_DIR') },
    cache: { ttlSeconds: number('CACHE_TTL_SECONDS') },
    market: {
      defaultCurrency: text('DEFAULT_CURRENCY'), defaultCountry: text('DEFAULT_COUNTRY'),
      pricesIncludeTax: bool('PRICES_INCLUDE_TAX'), taxRateBps: number('TAX_RATE_BPS'),
      flatShippingRates: parseRates(text('SHIPPING_FLAT_RATES')),
    },
    storefront: { url: (text('STOREFRONT_URL') || text('PUBLIC_URL')).replace(/(?<!\/)\/+$/, ''), name: text('SELLER_NAME'), language: text('DEFAULT_LOCALE') },
    tax: {
      policy: {
        mode: text('TAX_MODE') as 'flat' | 'table', home: text('DEFAULT_COUNTRY'), flatRateBps: number('TAX_RATE_BPS'), pricesIncludeTax: bool('PRICES_INCLUDE_TAX'),
        netPriceCountries: parseList(text('NET_PRICE_COUNTRIES')), registrations: parseList(text('TAX_REGISTRATIONS')),
        foreignPrices: text('TAX_FOREIGN_PRICES') as 'keep' | 'recompute', shippingCategory: text('TAX_SHIPPING'),
        rounding: { mode: text('TAX_ROUNDING') as 'half_up' | 'half_even', level: text('TAX_ROUNDING_LEVEL') as 'line' | 'order', per: 'jurisdiction' as const },
        reverseChargeUnverified: bool('TAX_UNVERIFIED_REVERSE_CHARGE'),
      },
      sellerVatId: text('SELLER_VAT_ID'), viesUrl: text('TAX_VIES_URL'), providerUrl: text('TAX_PROVIDER_URL'), providerSecret: text('TAX_PROVIDER_SECRET'), timeoutMs: number('TAX_TIMEOUT_MS'),
    },
    digital: { secret: text('DIGITAL_SECRET') || text('JWT_SECRET') },
    giftCards: { secret: text('GIFT_CARD_SECRET') || text('JWT_SECRET') },
    storage: {
      kind: text('STORAGE') as 'local' | 's3', directory: text('STORAGE_DIR'),
      s3: { bucket: text('STORAGE_BUCKET'), region: text('STORAGE_REGION'), endpoint: text('STORAGE_ENDPOINT'), accessKeyId: text('STORAGE_ACCESS_KEY_ID'), secretAccessKey: text('STORAGE_SECRET_ACCESS_KEY') },
    },
    media: {
      publicUrl: text('MEDIA_URL') || text('PUBLIC_URL'), maxImageBytes: number('MEDIA_MAX_IMAGE_BYTES'), maxVideoBytes: number('MEDIA_MAX_VIDEO_BYTES'),
      quotaBytes: number('MEDIA_QUOTA_BYTES'), orphanHours: number('MEDIA_ORPHAN_HOURS'), clamdAddress: text('CLAMD_ADDRESS'), ffmpegDirectory: text('FFMPEG_DIR'),
    },
    data: {
      masters: masterKeysOf(text('DATA_MASTER_KEYS'), text('DATA_MASTER_KEYS_FILE'), text('JWT_SECRET')),
      indexKey: deriveKey(text('DATA_INDEX_SECRET') || text('JWT_SECRET'), 'blind-index'),
    },
    retention: { days: text('RETENTION_DAYS'), cartDays: number('CART_TTL_DAYS'), taxYears: number('RETENTION_TAX_YEARS'), ...(text('NODE_ENV') === 'test' && { settleMs: 0 }) },
    voice: { command: text('VOICE_RECOGNISER_COMMAND'), ffmpegDirectory: text('FFMPEG_DIR') },
    search: {
      engine: text('SEARCH_ENGINE') as 'embedded' | 'opensearch', url: text('SEARCH_URL'), username: text('SEARCH_USERNAME'), password: text('SEARCH_PASSWORD'),
      indexPrefix: text('SEARCH_INDEX_PREFIX'), timeoutMs: number('SEARCH_TIMEOUT_MS'),
    },
    cart: { ttlDays: number('CART_TTL_DAYS'), carbonOffsetPrices: parseRates(text('CARBON_OFFSET_PRICES')) },
    orders: { paymentWindowSeconds: number('ORDER_PAYMENT_WINDOW_SECONDS'), cancellationWindowSeconds: number('ORDER_CANCELLATION_WINDOW_SECONDS'), reviewWindowSeconds: number('ORDER_REVIEW_WINDOW_SECONDS') },
    risk: { secret: text('RISK_SECRET') || text('JWT_SECRET') },
    secretsOfJwt: followingJwt(text),
    payments: {
      simulatorUrl: text('PAYMENT_SIMULATOR_URL'), simulatorSecret: text('PAYMENT_SIMULATOR_SECRET'), timeoutMs: number('PAYMENT_TIMEOUT_MS'),
      netTermsDays: number('PAYMENT_NET_TERMS_DAYS'),
      returnUrl: text('PAYMENT_RETURN_URL') || text('PUBLIC_URL'),
      stripe: text('STRIPE_SECRET_KEY') === '' ? null : { secretKey: text('STRIPE_SECRET_KEY'), webhookSecret: text('STRIPE_WEBHOOK_SECRET'), apiBase: text('STRIPE_API_BASE') },
      paypal: text('PAYPAL_CLIENT_ID') === '' ? null : {
        clientId: text('PAYPAL_CLIENT_ID'), clientSecret: text('PAYPAL_CLIENT_SECRET'), webhookId: text('PAYPAL_WEBHOOK_ID'), apiBase: text('PAYPAL_API_BASE'),
      },
    },
    carriers: {
      timeoutMs: number('CARRIER_TIMEOUT_MS'), senderName: text('SELLER_NAME'), webhookSecret: text('CARRIER_WEBHOOK_SECRET'),
      easypost: { apiKey: text('EASYPOST_API_KEY'), url: text('EASYPOST_API_BASE'), webhookSecret: text('EASYPOST_WEBHOOK_SECRET') },
      shippo: { apiKey: text('SHIPPO_API_TOKEN'), url: text('SHIPPO_API_BASE'), webhookSecret: text('SHIPPO_WEBHOOK_SECRET') },
    },
    invoices: {
      issueAt: text('INVOICE_ISSUED_AT') as 'placement' | 'shipment', invoiceSeries: text('INVOICE_SERIES'), creditNoteSeries: text('CREDIT_NOTE_SERIES'),
      seller: { name: text('SELLER_NAME'), address: text('SELLER_ADDRESS').split('|').map((part) => part.trim()).filter(Boolean), vatId: text('SELLER_VAT_ID'), email: text('SELLER_EMAIL') },
    },
    mails: { smtpUrl: text('SMTP_URL'), from: text('MAIL_FROM'), folder: text('MAIL_DIR'), shopName: text('SELLER_NAME'), fallbackLocale: text('DEFAULT_LOCALE') }, alerts: { email: text('ALERT_EMAIL') }, inventory: { lowMarginPercent: number('LOW_STOCK_MARGIN_PERCENT') },
    wishlists: { ttlDays: number('CART_TTL_DAYS'), minDropBps: number('WISHLIST_DROP_MIN_BPS'), perUnit: number('WISHLIST_RESTOCK_PER_UNIT'), pauseMs: number('WISHLIST_RESTOCK_PAUSE_HOURS') * 3_600_000 },
    loyalty: {
      pointsPerMajorUnit: number('LOYALTY_POINTS_PER_MAJOR_UNIT'),
      interactions: { perDay: number('LOYALTY_INTERACTIONS_PER_DAY'), points: { review: number('LOYALTY_POINTS_REVIEW'), photo: number('LOYALTY_POINTS_PHOTO'), answer: number('LOYALTY_POINTS_ANSWER') } },
    },
    reviews: { words: parseList(text('REVIEW_WORDS')) }, worker: { pollMs: number('WORKER_POLL_MS') }, failpoint: text('FAILPOINT'),
  });
}

const parseList = (listed: string): readonly string[] => Object.freeze(listed.split(',').map((one) => one.trim()).filter(Boolean));

/** `EUR:490,USD:590` -> { EUR: 490, USD: 590 }, minor units. */
function parseRates(listed: string): Readonly<Record<string, number>> {
  return Object.freeze(Object.fromEntries(parseList(listed).map((pair) => pair.split(':')).map(([code, amount]) => [code!, Number(amount)])));
}
