import mongoose, { type Connection, type ConnectOptions } from 'mongoose';

/** Acknowledged means durable: every write waits for a majority's journal, and gives up rather than hang. */
const DURABLE: ConnectOptions = {
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 },
  readConcern: { level: 'majority' },
  serverSelectionTimeoutMS: 5_000,
  socketTimeoutMS: 30_000,
  waitQueueTimeoutMS: 5_000,
  autoIndex: false,
  autoCreate: false,
};

/** The only door to MongoDB: without the first setting a model call inside a transaction would silently stay outside it. */
export function openConnection(uri: string, options: ConnectOptions = {}): Connection {
  mongoose.set('transactionAsyncLocalStorage', true);
  mongoose.set('strictQuery', 'throw');
  const connection = mongoose.createConnection(uri, { ...DURABLE, ...options });
  // The caller hears of a failure through asPromise() or its first query; this keeps it from being an unhandled rejection.
  connection.on('error', () => {});
  return connection;
}

/** Collections cannot be created inside a transaction, and a query without its index is a defect: both are made before serving. */
export async function prepareCollections(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) {
    await model.createCollection();
    await model.createIndexes();
  }
}
