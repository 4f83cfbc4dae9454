import { setTimeout as wait } from 'node:timers/promises';
import mongoose from 'mongoose';
import { Advice } from '../terminal.js';

const PRIMARY_PATIENCE_MS = 30_000;
const LOADING_PATIENCE_MS = 2000;
const ALREADY_INITIATED = 23;
const NOT_A_MEMBER = 93;
const NOT_INITIATED = 94;

type Client = InstanceType<typeof mongoose.mongo.MongoClient>;

interface SetConfig {
  readonly version: number;
}

interface Forming {
  /** Whether the data folder was empty before this start. */
  readonly isNew: boolean;
  readonly electionTimeoutMs?: number | undefined;
  /** Of replSetInitiate; wins over the one above. */
  readonly settings?: Readonly<Record<string, number>>;
}

interface Hello {
  readonly setName?: string;
  readonly isWritablePrimary?: boolean;
  readonly msg?: string;
  readonly isreplicaset?: boolean;
}

async function withClient<T>(uri: string, patienceMs: number, work: (client: Client) => Promise<T>, options: { directConnection?: true } = {}): Promise<T> {
  const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: patienceMs, connectTimeoutMS: patienceMs, ...options });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** Forms the set, or moves an existing one to where its node listens now, and waits for a primary. */
export async function bringUpReplicaSet(name: string, hosts: readonly string[], { isNew, electionTimeoutMs = 10_000, settings = {} }: Forming): Promise<void> {
  const initial = { _id: name, members: asMembers(hosts), settings: { electionTimeoutMillis: electionTimeoutMs, ...settings } };
  await withClient(`mongodb://${hosts[0]}/?directConnection=true`, 10_000, async (client) => {
    const admin = client.db('admin');
    if (isNew) await admin.command({ replSetInitiate: initial });
    else await revive(admin, initial);
  });
  await withClient(`mongodb://${hosts.join(',')}/?replicaSet=${name}`, PRIMARY_PATIENCE_MS, waitForPrimary);
}

const asMembers = (hosts: readonly string[]) => hosts.map((host, _id) => ({ _id, host }));

/**
 * Data from an earlier run. For a moment mongod says "not initiated" while it still loads its configuration, for longer when a stranger
 * now listens on its former port and says nothing; so it is formed anew only when that lasts.
 */
async function revive(admin: ReturnType<Client['db']>, initial: { members: readonly { _id: number; host: string }[] }): Promise<void> {
  const begun = Date.now();
  for (;;) {
    const problem = await admin.command({ replSetGetStatus: 1 }).then(() => undefined, (error: { code?: number }) => error);
    if (!problem) return;
    if (problem.code === NOT_A_MEMBER) {
      // the data were made on another port; there is no primary to ask, hence force
      const { config } = (await admin.command({ replSetGetConfig: 1 })) as unknown as { config: SetConfig };
      await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members: initial.members }, force: true });
      return;
    }
    if (problem.code !== NOT_INITIATED) throw problem;
    if (Date.now() - begun > LOADING_PATIENCE_MS) {
      await admin.command({ replSetInitiate: initial }).catch((error: { code?: number }) => {
        if (error.code !== ALREADY_INITIATED) throw error;
      });
    }
    await wait(50);
  }
}

async function waitForPrimary(client: Client): Promise<void> {
  const deadline = Date.now() + PRIMARY_PATIENCE_MS;
  for (;;) {
    const hello = await client.db('admin').command({ hello: 1 }).catch(() => ({})) as Hello;
    if (hello.isWritablePrimary) return;
    if (Date.now() > deadline) throw new Error(`no primary within ${PRIMARY_PATIENCE_MS / 1000} s`);
    await wait(20);
  }
}

/** A set that was never formed has no member that the driver would choose; asked directly, it tells what is wrong with it. */
async function sayHello(uri: string): Promise<Hello> {
  const ask = async (client: Client) => (await client.db('admin').command({ hello: 1 })) as Hello;
  return withClient(uri, 3000, ask).catch((error: Error) => withClient(uri, 2000, ask, { directConnection: true }).catch(() => { throw error; }));
}

/** Refuses a MongoDB that cannot do transactions, with the command that makes it able to. */
export async function requireReplicaSet(uri: string, variable: string): Promise<void> {
  const hello = await sayHello(uri).catch((error: Error) => {
    throw new Advice(`${variable} is set, but nothing usable answers there: ${error.message.split('\n')[0]}`);
  });
  if (hello.msg === 'isdbgrid') return;
  if (hello.isreplicaset) {
    throw new Advice(`${variable} names a member of a replica set that was never formed. Form it once:\n  mongosh '${withoutPassword(uri)}' --eval 'rs.initiate()'`);
  }
  if (!hello.setName) {
    throw new Advice(`${variable} names a single MongoDB; Kontor needs a replica set (one node is enough), because orders are placed in transactions.\nStart that mongod with --replSet rs0 and form the set once:\n  mongosh '${withoutPassword(uri)}' --eval 'rs.initiate()'`);
  }
  if (!hello.isWritablePrimary) {
    throw new Advice(`${variable} reaches a member of "${hello.setName}" that takes no writes. Name the whole set:\n  ${variable}='mongodb://host1,host2,host3/kontor?replicaSet=${hello.setName}'`);
  }
}

/** Some users may say hello but not write. */
export async function tryToWrite(uri: string): Promise<void> {
  await withClient(uri, 5000, async (client) => {
    const probe = client.db().collection('kontor_doctor');
    await probe.insertOne({ at: new Date() }, { writeConcern: { w: 'majority', wtimeout: 5000 } });
    await probe.drop();
  });
}

const withoutPassword = (uri: string) => uri.replace(/\/\/([^:@/]+):[^@/]*@/, '//$1:...@');
