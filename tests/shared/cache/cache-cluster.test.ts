import { openRedisCluster } from '../../support/redis-cluster.js';
import { cacheSuite } from './suite.js';

/** The same promises on three masters: a command whose keys live on different nodes would be refused here. */
const cluster = await openRedisCluster().catch((error: Error) => error);
if (cluster instanceof Error) {
  console.warn(`The cluster suite is skipped, because this Redis cannot start as a cluster: ${cluster.message}`);
  test.skip('the cache on a Redis cluster', () => {});
} else {
  cacheSuite(async () => cluster);
}
