import { createAudit } from '../../../src/operations/audit/index.js';
import { createJobs } from '../../../src/operations/jobs/index.js';
import type { Timing } from '../../../src/operations/jobs/job-runner.service.js';
import { openConnection, prepareCollections } from '../../../src/shared/db/connection.js';
import { createInTransaction } from '../../../src/shared/db/transaction.js';
import { testEnvironment } from '../../support/world.js';

/** Workers of one shop, each with a connection and a clock of its own. */
export async function openNodes(count: number, timing: Partial<Timing> = {}) {
  const uri = testEnvironment()['MONGODB_URI']!;
  const nodes = await Promise.all(Array.from({ length: count }, async () => {
    const connection = openConnection(uri, { maxPoolSize: 10 });
    await connection.asPromise();
    const clock = { offsetMs: 0 };
    const defects: unknown[] = [];
    const now = () => new Date(Date.now() + clock.offsetMs);
    const report = (error: unknown) => { defects.push(error); };
    const inTransaction = createInTransaction({ connection, report });
    const audit = createAudit({ connection, now, inTransaction, sign: (text) => text, logger: { info: () => undefined } as never });
    const jobs = createJobs({ connection, now, inTransaction, audit: audit.record, report, timing: { leaseMs: 400, heartbeatMs: 60, stopPatienceMs: 300, ...timing } });
    return { connection, clock, defects, inTransaction, jobs };
  }));
  await prepareCollections(nodes[0]!.connection);
  return {
    nodes,
    close: async () => {
      await nodes[0]!.connection.dropDatabase();
      await Promise.all(nodes.map(({ connection }) => connection.close()));
    },
  };
}

export const SYSTEM_JOB = { input: {}, createdBy: { type: 'system', id: null } } as const;
