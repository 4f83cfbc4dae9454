import { randomBytes } from 'node:crypto';
import { loadConfig } from '../config/index.js';
import { createContainer } from '../src/container.js';
import { PASSWORD_SENTENCES, passwordProblem } from '../src/people/auth/index.js';
import { RedisGuard } from '../src/shared/cache/redis.js';
import { openConnection, prepareCollections } from '../src/shared/db/connection.js';
import { createLogger } from '../src/shared/logging/logger.js';
import { createMetrics } from '../src/shared/metrics/metrics.js';
import { parseOptions } from './lib/arguments.js';
import { askSecretly } from './lib/ask.js';
import { Advice, main, paint, say } from './lib/terminal.js';

const usage = `Usage: MONGODB_URI=... JWT_SECRET=... npm run admin:create -- --email you@example.com [options]
  --first-name NAME  --last-name NAME   how the account is called (default: Shop Admin)
  --generate                            make a password instead of asking for one

The password is asked for, or read from the first line of standard input when that is no terminal.`;

/** A shop has no admin until its operator makes one: there is no default account and no default password. */
main(async () => {
  const options = parseOptions(process.argv.slice(2), {
    email: { type: 'string' }, 'first-name': { type: 'string', default: 'Shop' }, 'last-name': { type: 'string', default: 'Admin' }, generate: { type: 'boolean', default: false },
  }, usage);
  const { email = '' } = options;
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) throw new Advice(`--email must name an e-mail address\n\n${usage}`);
  const { password, isMade } = await choosePassword(options.generate);
  const problem = passwordProblem(password, email);
  if (problem) throw new Advice(`${PASSWORD_SENTENCES[problem]}\nNo account was made. Run the command again with another password, or with --generate.`);

  const made = await createAdmin({ email, password, firstName: options['first-name'], lastName: options['last-name'] });
  if (!made.isNew) {
    const role = made.roles.includes('admin') ? 'and is an admin: sign in with its password' : 'without being admin: let an admin give it the role, or take another address';
    throw new Advice(`${made.email} has an account already ${role}.\nNothing was changed.`);
  }
  say(`${paint('green', 'Admin made:')} ${made.email}`);
  if (isMade) say(`Password:   ${password}\n\nIt is not kept anywhere: put it into your password manager now.`);
});

async function choosePassword(generate: boolean): Promise<{ password: string; isMade: boolean }> {
  if (generate) return { password: randomBytes(18).toString('base64url'), isMade: true };
  const password = await askSecretly('Password (10 to 72 bytes): ');
  if (process.stdin.isTTY && password !== await askSecretly('The same again: ')) throw new Advice('The two do not match. No account was made.');
  return { password, isMade: false };
}

/** Only the database, the keys of its sealed fields and the cost of a hash matter here, so nothing else has to be configured. */
async function createAdmin(person: { email: string; password: string; firstName: string; lastName: string }) {
  if (!process.env['MONGODB_URI']) throw new Advice(`Which shop? Name its database in MONGODB_URI; npm run up prints the one it made.\n\n${usage}`);
  const sealed = ['JWT_SECRET', 'DATA_MASTER_KEYS', 'DATA_MASTER_KEYS_FILE'].some((name) => process.env[name]);
  if (!sealed) throw new Advice(`Accounts are stored sealed, and only the shop's own keys open them: set DATA_MASTER_KEYS, or JWT_SECRET where there are none, as the API has them.\n\n${usage}`);
  const config = loadConfig({ NODE_ENV: 'production', REDIS_URL: 'redis://127.0.0.1:6379', JWT_SECRET: randomBytes(32).toString('hex'), ...process.env });
  const connection = openConnection(config.mongo.uri);
  const redis = new RedisGuard(config.redis);
  try {
    await connection.asPromise().catch((error: Error) => { throw new Advice(`MongoDB does not answer at MONGODB_URI: ${error.message}`); });
    await prepareCollections(connection);
    const logger = createLogger({ ...config.log, service: 'admin-create' });
    const { auth } = createContainer({ config, connection, redis, logger, metrics: createMetrics(), report: (error) => { throw error; } });
    return await auth.createUser({ ...person, roles: ['admin'] });
  } finally {
    await connection.close();
    await redis.close();
  }
}
