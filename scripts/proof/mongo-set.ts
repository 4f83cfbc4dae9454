import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import mongoose from 'mongoose';
import { signalOwned, stopOwned, temporaryFolder } from '../lib/owned-processes.js';
import { freePort } from '../lib/ports.js';
import { findBinary } from '../lib/provision/binary.js';
import { mongodb } from '../lib/provision/databases.js';
import { memoryFolder, nodeArguments } from '../lib/provision/mongo.js';
import { bringUpReplicaSet } from '../lib/provision/replica-set.js';
import { startServer, type Server } from '../lib/provision/server-process.js';

type Client = InstanceType<typeof mongoose.mongo.MongoClient>;
export type MongoNode = { at: number; port: number; folder: string; server: Server | null };

/** The settings of docs/operations.md: with the server's own, a write gap after a kill is 11 s instead of 2. */
const SETTINGS = { electionTimeoutMillis: 2000, heartbeatIntervalMillis: 500, heartbeatTimeoutSecs: 2 };
const SET = 'proof';

/** Three mongod of our own that can be killed, frozen and brought back one by one. */
export async function startMongoSet() {
  const { path } = await findBinary(mongodb);
  const folder = await temporaryFolder(await memoryFolder());
  const nodes: MongoNode[] = [];
  for (let at = 0; at < 3; at++) nodes.push({ at, port: await freePort(), folder: join(folder, `node-${at}`), server: null });
  const start = async (node: MongoNode) => {
    node.server = await startServer('MongoDB', path, nodeArguments({ folder: node.folder, port: node.port, set: SET, cacheGb: 0.5 }), node.folder, node.port);
  };
  await Promise.all(nodes.map(start));
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await bringUpReplicaSet(SET, hosts, { isNew: true, settings: SETTINGS });
  const uri = `mongodb://${hosts.join(',')}/kontor_proof?replicaSet=${SET}`;

  const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 30_000, connectTimeoutMS: 2000, heartbeatFrequencyMS: 1000, readConcern: { level: 'majority' } });
  await client.connect();

  return {
    uri, nodes, client,
    /** The node that takes writes; asks each one itself, since a frozen one would be believed for a while. */
    async primary(): Promise<MongoNode> {
      for (let waited = 0; waited < 60_000; waited += 100) {
        const said = await Promise.all(nodes.map(async (node) => ({ node, hello: await hello(node) })));
        const found = said.filter(({ hello: { isWritablePrimary } }) => isWritablePrimary).sort((a, b) => b.hello.term - a.hello.term)[0];
        if (found) return found.node;
        await pause(100);
      }
      throw new Error('no primary within a minute');
    },
    async secondaries(): Promise<MongoNode[]> {
      const primary = await this.primary();
      return nodes.filter((node) => node !== primary);
    },
    async kill(node: MongoNode): Promise<void> {
      if (node.server) await stopOwned(node.server.child, 0, 'SIGKILL');
      node.server = null;
    },
    freeze: (node: MongoNode) => { if (node.server) signalOwned(node.server.child, 'SIGSTOP'); },
    thaw: (node: MongoNode) => { if (node.server) signalOwned(node.server.child, 'SIGCONT'); },
    start,
    async stepDown(): Promise<void> {
      await client.db('admin').command({ replSetStepDown: 10, secondaryCatchUpPeriodSecs: 5 }).catch(() => undefined);
    },
    /** Until every node runs and has caught up, so that the next drill begins whole. */
    async mend(): Promise<void> {
      for (const node of nodes) {
        if (!node.server || node.server.child.exitCode !== null || node.server.child.signalCode !== null) await start(node);
        else signalOwned(node.server.child, 'SIGCONT');
      }
      for (let waited = 0; waited < 60_000; waited += 200) {
        const states = await stateOf(client);
        if (states.filter((state) => state === 1).length === 1 && states.filter((state) => state === 2).length === 2) return;
        await pause(200);
      }
      throw new Error('the replica set did not become whole within a minute');
    },
    async stop(): Promise<void> {
      await client.close(true).catch(() => undefined);
      await Promise.all(nodes.map(async ({ server }) => { if (server) await stopOwned(server.child, 0, 'SIGKILL'); }));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function hello(node: MongoNode): Promise<{ isWritablePrimary: boolean; term: number }> {
  if (!node.server || node.server.child.exitCode !== null) return { isWritablePrimary: false, term: 0 };
  const client = new mongoose.mongo.MongoClient(`mongodb://127.0.0.1:${node.port}/?directConnection=true`, { serverSelectionTimeoutMS: 500, connectTimeoutMS: 500, socketTimeoutMS: 500 });
  try {
    const said = await client.db('admin').command({ hello: 1 }) as { isWritablePrimary?: boolean; electionId?: { toString(): string } };
    return { isWritablePrimary: said.isWritablePrimary === true, term: said.electionId ? parseInt(said.electionId.toString().slice(8), 16) : 0 };
  } catch {
    return { isWritablePrimary: false, term: 0 };
  } finally {
    await client.close(true).catch(() => undefined);
  }
}

const stateOf = async (client: Client): Promise<number[]> => {
  const status = await client.db('admin').command({ replSetGetStatus: 1 }).catch(() => null) as { members: Array<{ state: number; health: number }> } | null;
  return status?.members.map(({ state, health }) => (health === 1 ? state : 8)) ?? [];
};
