import Joi from 'joi';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The few variables of the payment simulator, which are a part of the shop's own: one environment serves both. */
const environment = Joi.object({
  PAYMENT_SIMULATOR_URL: Joi.string().uri({ scheme: ['http'] }).required(),
  PAYMENT_SIMULATOR_SECRET: Joi.string().min(16).required(),
  PAYMENT_SIMULATOR_JOURNAL: Joi.string().allow('').default(''),
  PUBLIC_URL: Joi.string().uri({ scheme: ['http', 'https'] }).default('http://localhost:3000'),
  LOG_LEVEL: Joi.string().valid('error', 'warn', 'info', 'http', 'debug').default('info'),
}).unknown();

/** Reports every problem in one message. The simulator listens where the shop will look for it. */
export function loadSimulatorConfig(env: NodeJS.ProcessEnv) {
  const { value, error } = environment.validate(env, { abortEarly: false });
  if (error) throw new Error(`The environment is not usable:\n${error.details.map((d) => `  ${d.message}`).join('\n')}`);
  const read = value as Record<string, string>;
  const { hostname, port } = new URL(read['PAYMENT_SIMULATOR_URL']!);
  return Object.freeze({
    host: LOOPBACK.has(hostname) ? '127.0.0.1' : '0.0.0.0',
    port: Number(port || 80),
    secret: read['PAYMENT_SIMULATOR_SECRET']!,
    journal: read['PAYMENT_SIMULATOR_JOURNAL'] || undefined,
    webhookUrl: `${read['PUBLIC_URL']!.replace(/\/$/, '')}/webhooks/payments/simulator`,
    logLevel: read['LOG_LEVEL']!,
  });
}
