import express from 'express';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';

/**
 * The least that this machine can do: the bare stack with none of our code. FLOOR=redis|mongo|tx.
 * `tx` is the least an order can be on MongoDB: one transaction of two guarded stock updates, order, cart and outbox row,
 * acknowledged by the majority's journal.
 */
const { FLOOR, PORT = '0', MONGODB_URI = '', REDIS_URL = '' } = process.env;
const PRODUCTS = 5000;
const SKUS = 10_000;

const app = express();
app.disable('x-powered-by');
app.disable('etag');

const product = (i: number) => ({
  _id: `p${i}` as never, name: `Product ${i}`, slug: `product-${i}`, description: 'x'.repeat(1200), category: `c${i % 50}`, price: { amount: 1000 + i, currency: 'EUR' },
  variants: ['S', 'L'].map((size, at) => ({ sku: `SKU-${i}-${size}`, size, price: 1000 + i + at * 500, stock: 1_000_000, attributes: { size, colour: 'blue', weight: 100 } })),
  tags: ['a', 'b', 'c'], createdAt: new Date(0), updatedAt: new Date(0),
});

async function serveRedis(): Promise<void> {
  const redis = new Redis(REDIS_URL);
  const value = JSON.stringify(product(1)).padEnd(2048, ' ').slice(0, 2048);
  for (let i = 0; i < PRODUCTS; i++) await redis.set(`floor:p${i}`, value);
  app.get('/p/:id', async (req, res) => {
    const found = await redis.get(`floor:${req.params.id}`);
    if (found) res.type('application/json').send(found);
    else res.sendStatus(404);
  });
}

const { MongoClient } = mongoose.mongo;
const connect = async () => (await new MongoClient(MONGODB_URI, { maxPoolSize: 50, writeConcern: { w: 'majority', journal: true } }).connect()).db('floor');

async function serveMongo(): Promise<void> {
  const products = (await connect()).collection('products');
  await products.deleteMany({});
  await products.insertMany(Array.from({ length: PRODUCTS }, (_, i) => product(i)));
  app.get('/p/:id', async (req, res) => {
    const found = await products.findOne({ _id: req.params.id as never });
    if (found) res.json(found);
    else res.sendStatus(404);
  });
}

async function serveTransactions(): Promise<void> {
  const db = await connect();
  type Text = { _id: string };
  const [stock, orders, carts, outbox] = ['stock', 'orders', 'carts', 'outbox'].map((name) => db.collection<Text & Record<string, unknown>>(name));
  for (const collection of [stock!, orders!, carts!, outbox!]) await collection.deleteMany({});
  await stock!.insertMany(Array.from({ length: SKUS }, (_, i) => ({ _id: `v${i}`, quantity: 1_000_000 })));
  await orders!.createIndex({ number: 1 }, { unique: true });
  app.use(express.json());
  app.post('/carts', async (req, res) => {
    const _id = randomUUID();
    await carts!.insertOne({ _id, lines: (req.body as { lines: unknown }).lines, total: 3000, createdAt: new Date() });
    res.status(201).json({ id: _id });
  });
  app.post('/orders', async (req, res) => {
    const session = db.client.startSession();
    try {
      const order = await session.withTransaction(async () => {
        const cart = await carts!.findOne({ _id: (req.body as { cart: string }).cart }, { session });
        if (!cart) return null;
        const lines = (cart['lines'] as Array<{ id: string; quantity: number }>).sort((a, b) => (a.id < b.id ? -1 : 1));
        for (const { id, quantity } of lines) {
          const taken = await stock!.updateOne({ _id: id, quantity: { $gte: quantity } }, { $inc: { quantity: -quantity } } as never, { session });
          if (taken.modifiedCount === 0) throw new Error('out of stock');
        }
        const made = { _id: randomUUID(), number: randomUUID(), lines: cart['lines'], total: cart['total'], status: 'paid', createdAt: new Date() };
        await orders!.insertOne(made, { session });
        await carts!.deleteOne({ _id: cart._id }, { session });
        await outbox!.insertOne({ _id: randomUUID(), type: 'order.placed', order: made._id, at: new Date() }, { session });
        return made;
      }, { writeConcern: { w: 'majority', journal: true }, readConcern: { level: 'snapshot' } });
      if (order) res.status(201).json(order);
      else res.sendStatus(404);
    } catch (error) {
      res.status(409).json({ error: (error as Error).message });
    } finally {
      await session.endSession();
    }
  });
}

await { redis: serveRedis, mongo: serveMongo, tx: serveTransactions }[FLOOR as 'redis']();
app.get('/healthz', (_req, res) => { res.json({ status: 'alive' }); });
app.listen(Number(PORT), '127.0.0.1');
