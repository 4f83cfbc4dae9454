import type { Secrets } from './secrets.js';

export interface Addresses {
  readonly port: number;
  readonly baseUrl: string;
  readonly simulatorPort: number;
  /** Where the simulated payment provider keeps what it knows: an order that it charged must not be unknown to it after a restart. */
  readonly simulatorJournal: string;
  readonly mongodbUri: string;
  readonly redisUrl: string;
}

/** What the three processes read (config/index.ts). Only this machine is served unless HOST says otherwise. */
export function shopEnvironment({ port, baseUrl, simulatorPort, simulatorJournal, mongodbUri, redisUrl }: Addresses, secrets: Secrets, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...env,
    NODE_ENV: 'development',
    HOST: env['HOST'] || '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: baseUrl,
    MONGODB_URI: mongodbUri,
    REDIS_URL: redisUrl,
    JWT_SECRET: env['JWT_SECRET'] || secrets.jwtSecret,
    PAYMENT_SIMULATOR_URL: `http://127.0.0.1:${simulatorPort}`,
    PAYMENT_SIMULATOR_JOURNAL: simulatorJournal,
    PAYMENT_SIMULATOR_SECRET: secrets.simulatorSecret,
  };
}

/** What the seed needs to make the demo keys and logins that the ready block prints. */
export function seedEnvironment(secrets: Secrets): NodeJS.ProcessEnv {
  return {
    KONTOR_DEMO_PUBLISHABLE_KEY: secrets.publishableKey,
    KONTOR_DEMO_SECRET_KEY: secrets.secretKey,
    KONTOR_DEMO_APP_SECRET: secrets.appSecret,
    KONTOR_DEMO_ADMIN_EMAIL: secrets.admin.email,
    KONTOR_DEMO_ADMIN_PASSWORD: secrets.admin.password,
    KONTOR_DEMO_CUSTOMER_EMAIL: secrets.customer.email,
    KONTOR_DEMO_CUSTOMER_PASSWORD: secrets.customer.password,
  };
}
