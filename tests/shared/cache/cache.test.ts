import { openRedisServer } from '../../support/redis-server.js';
import { cacheSuite } from './suite.js';

cacheSuite(openRedisServer);
