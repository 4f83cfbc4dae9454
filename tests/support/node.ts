import { openWorld, type World } from './world.js';

/** Another node of the same shop: its own memory and connections, the same database and Redis. Close it before the world. */
export async function openNode(world: World, env: Record<string, string> = {}): Promise<World> {
  const node = await openWorld({ env: { MONGODB_URI: world.config.mongo.uri, REDIS_KEY_PREFIX: world.config.redis.keyPrefix, ...env } });
  Object.assign(node.headers, world.headers);
  return node;
}
