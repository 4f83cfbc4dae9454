import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '../../../config/index.js';
import { startProcess } from '../../../src/shared/process.js';

/** The life of a process as the API has it, around a server whose requests can throw where nobody catches. */
const { logger, onStop } = startProcess(loadConfig(process.env), 'planted');
const server = createServer((req, res) => {
  if (req.url === '/reject') void Promise.reject(new Error('planted rejection'));
  if (req.url === '/throw') setImmediate(() => { throw new Error('planted exception'); });
  void pause(500).then(() => res.end('done'));
}).listen(0, '127.0.0.1', () => { logger.info('listens', { port: (server.address() as AddressInfo).port }); });
onStop(() => new Promise((resolve) => {
  server.close(resolve);
  server.closeIdleConnections();
}));
