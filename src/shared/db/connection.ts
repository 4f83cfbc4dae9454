import { setTimeout as pause } from 'node:timers/promises';
import mongoose, { type Connection, type ConnectOptions } from 'mongoose';

const CONNECT_AGAIN_MS = 250;

/** Acknowledged means durable: every write waits for a majority's journal, and gives up rather than hang. */
const DURABLE: ConnectOptions = {
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 },
  readConcern: { level: 'majority' },
  serverSelectionTimeoutMS: 5_000,
  socketTimeoutMS: 30_000,
  waitQueueTimeoutMS: 5_000,
  // A frozen node or a line that swallows everything is found out by the monitor: after these two together it interrupts
  // what waits on its connections, which otherwise would sit out the socket's 30 s.
  connectTimeoutMS: 2_000,
  heartbeatFrequencyMS: 1_000,
  // After a broken connection the server is looked at again this soon; the driver's half a second would be most of a short fault.
  minHeartbeatFrequencyMS: 100,
  autoIndex: false,
  autoCreate: false,
};

/** The only door to MongoDB: without the first setting a model call inside a transaction would silently stay outside it. */
export function openConnection(uri: string, options: ConnectOptions = {}): Connection {
  mongoose.set('transactionAsyncLocalStorage', true);
  mongoose.set('strictQuery', 'throw');
  mongoose.set('bufferTimeoutMS', 5_000);
  const connection = mongoose.createConnection(uri, { ...DURABLE, ...options });
  // The caller hears of a failure through asPromise() or its first query; this keeps it from being an unhandled rejection.
  connection.on('error', () => {});
  return connection;
}

/**
 * A first connection that fails is given up by Mongoose for good; a process that was started before its database would
 * never serve. This goes on trying until it stands or `isOver`.
 */
export async function keepConnecting(connection: Connection, uri: string, options: ConnectOptions, isOver: () => boolean): Promise<void> {
  for (let isFirst = true; !isOver(); isFirst = false) {
    try {
      await (isFirst ? connection.asPromise() : connection.openUri(uri, { ...DURABLE, ...options }));
      return;
    } catch {
      await pause(CONNECT_AGAIN_MS);
    }
  }
}

/** Collections cannot be created inside a transaction, and a query without its index is a defect: both are made before serving. */
export async function prepareCollections(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) {
    await model.createCollection();
    await model.createIndexes();
  }
}
