import { setTimeout as pause } from 'node:timers/promises';
import { RuleViolation } from '../../../src/shared/errors.js';
import { openNodes, SYSTEM_JOB } from './nodes.js';

type Nodes = Awaited<ReturnType<typeof openNodes>>;
let shop: Nodes;
beforeEach(async () => { shop = await openNodes(2); });
afterEach(() => shop.close());

const enqueue = (type = 'count') => shop.nodes[0]!.jobs.enqueue({ type, ...SYSTEM_JOB });
const stateOf = async (id: string) => shop.nodes[0]!.jobs.get(id);

test('a job runs once, shows how far it is, and keeps its result', async () => {
  const [{ jobs, defects }] = shop.nodes as [Nodes['nodes'][0]];
  const seen: unknown[] = [];
  jobs.handle('count', async ({ input }, { progress }) => {
    await progress({ done: 1, total: 2, message: 'half' });
    seen.push((await jobs.get(id)).progress, input);
    return { counted: 2 };
  });
  const { id } = await jobs.enqueue({ type: 'count', input: { upTo: 2 }, createdBy: { type: 'user', id: 'u1' } });
  expect(await stateOf(id)).toMatchObject({ state: 'queued', attempts: 0, result: null, createdBy: { type: 'user', id: 'u1' } });

  expect(await jobs.runDue()).toBe(1);

  expect(seen).toEqual([{ done: 1, total: 2, message: 'half' }, { upTo: 2 }]);
  expect(await stateOf(id)).toMatchObject({ state: 'succeeded', attempts: 1, result: { counted: 2 }, error: null });
  expect(await jobs.runDue()).toBe(0);
  expect(defects).toEqual([]);
});

test('a job of a transaction that fails was never there', async () => {
  const [{ jobs, inTransaction }] = shop.nodes as [Nodes['nodes'][0]];
  jobs.handle('count', async () => null);

  await expect(inTransaction(async () => { await enqueue(); throw new Error('no'); })).rejects.toThrow('no');

  expect(await jobs.runDue()).toBe(0);
});

test('forty jobs on two workers with two lanes each: every one is done exactly once', async () => {
  const done: string[] = [];
  for (const { jobs } of shop.nodes) jobs.handle('count', async ({ id }) => { await pause(2); done.push(id); });
  const ids = (await Promise.all(Array.from({ length: 40 }, () => enqueue()))).map(({ id }) => id);

  const taken = await Promise.all(shop.nodes.flatMap(({ jobs }) => [jobs.runDue(), jobs.runDue()]));

  expect(taken.reduce((all, n) => all + n)).toBe(40);
  expect(done.sort()).toEqual(ids.sort());
});

test('the job of a killed worker is taken up by another from its last checkpoint', async () => {
  const [dying, living] = shop.nodes as [Nodes['nodes'][0], Nodes['nodes'][0]];
  const rows: number[] = [];
  const never = new Promise<never>(() => {});
  dying.jobs.handle('count', async (_job, { checkpoint }) => {
    rows.push(1, 2);
    await checkpoint({ next: 3 });
    await dying.connection.close();
    return never;
  });
  living.jobs.handle('count', async ({ checkpoint }) => {
    rows.push((checkpoint as { next: number }).next);
    return 'done';
  });
  const { id } = await enqueue();
  void dying.jobs.runDue();
  await pause(250);
  expect(await living.jobs.runDue()).toBe(0);
  await pause(400);

  expect(await living.jobs.runDue()).toBe(1);

  expect(rows).toEqual([1, 2, 3]);
  expect(await living.jobs.get(id)).toMatchObject({ state: 'succeeded', result: 'done', attempts: 2 });
  dying.connection = living.connection;
});

test('a holder that was paused for longer than its lease cannot write any more, and neither can its batch', async () => {
  const [paused, other] = shop.nodes as [Nodes['nodes'][0], Nodes['nodes'][0]];
  let wakeUp!: () => void;
  const asleep = new Promise<void>((resolve) => { wakeUp = resolve; });
  const refusals: string[] = [];
  paused.jobs.handle('count', async (_job, { checkpoint, progress }) => {
    await asleep;
    await paused.inTransaction(async () => {
      await paused.connection.model('AuditEntry').insertMany([{ actor: { type: 'system' }, action: 'late.write', subject: 'a:b', at: new Date() }]);
      await checkpoint({ from: 'the past' });
    }).catch((error: Error) => refusals.push(error.name));
    await progress({ done: 99 }).catch((error: Error) => refusals.push(error.name));
    return 'of the past';
  });
  other.jobs.handle('count', async (_job, { checkpoint }) => { await checkpoint({ from: 'now' }); return 'of now'; });
  const { id } = await enqueue();
  // A stopped process renews nothing: its clock stands for all it knows.
  const holding = paused.jobs.runDue();
  await pause(50);
  other.clock.offsetMs = 10_000;
  expect(await other.jobs.runDue()).toBe(1);
  wakeUp();
  await holding;

  const job = await stateOf(id);
  expect(job).toMatchObject({ state: 'succeeded', result: 'of now', checkpoint: { from: 'now' }, progress: { done: 0 }, attempts: 2 });
  expect(refusals).toEqual(['JobLost', 'JobLost']);
  expect(await other.connection.collection('audit_entries').countDocuments()).toBe(0);
});

test('a long job keeps its lease as long as its worker lives', async () => {
  const [holder, other] = shop.nodes as [Nodes['nodes'][0], Nodes['nodes'][0]];
  holder.jobs.handle('count', () => pause(1000, 'slow'));
  other.jobs.handle('count', async () => 'stolen');
  const { id } = await enqueue();

  const holding = holder.jobs.runDue();
  for (let n = 0; n < 8; n++) { await pause(100); expect(await other.jobs.runDue()).toBe(0); }
  await holding;

  expect(await stateOf(id)).toMatchObject({ state: 'succeeded', result: 'slow', attempts: 1 });
});

test('what fails is tried again later and at last set aside, while others flow', async () => {
  const [{ jobs, clock, defects }] = shop.nodes as [Nodes['nodes'][0]];
  jobs.handle('poison', async () => { throw new Error('secret detail'); });
  jobs.handle('count', async () => 'fine');
  const poison = await enqueue('poison');
  const fine = await enqueue();

  const taken: number[] = [];
  for (let round = 0; round < 6; round++) { taken.push(await jobs.runDue()); clock.offsetMs += 60_000; }

  expect(taken).toEqual([2, 1, 1, 1, 1, 0]);
  expect(await stateOf(fine.id)).toMatchObject({ state: 'succeeded' });
  expect(await stateOf(poison.id)).toMatchObject({ state: 'failed', attempts: 5, error: { code: 'internal_error', message: 'Something went wrong on our side.' } });
  expect(defects).toHaveLength(5);
});

test('a job whose every worker dies is set aside too', async () => {
  const [{ jobs, clock, connection }] = shop.nodes as [Nodes['nodes'][0]];
  let runs = 0;
  jobs.handle('count', async () => { runs += 1; return null; });
  const { id } = await enqueue();
  await connection.model('Job').updateOne({ _id: id }, { $set: { state: 'running', attempts: 5, dueAt: new Date() } });
  clock.offsetMs = 1000;

  await jobs.runDue();

  expect(runs).toBe(0);
  expect(await stateOf(id)).toMatchObject({ state: 'failed', error: { code: 'attempts_exhausted' } });
});

test('a refusal that the caller can understand is final and told', async () => {
  class BadFile extends RuleViolation { readonly code = 'bad_file'; }
  const [{ jobs, defects }] = shop.nodes as [Nodes['nodes'][0]];
  jobs.handle('count', async () => { throw new BadFile('Line 3 is no product.'); });
  const { id } = await enqueue();

  await jobs.runDue();

  expect(await stateOf(id)).toMatchObject({ state: 'failed', attempts: 1, error: { code: 'bad_file', message: 'Line 3 is no product.' } });
  expect(defects).toEqual([]);
});

test.each([
  { _case: 'work that listens', listens: true }, { _case: 'work that does not listen', listens: false }, { _case: 'work that just returns', listens: 'returns' as const },
])('a worker that stops hands its job back at once, unfinished and not counted: $_case', async ({ listens }) => {
  const [leaving, staying] = shop.nodes as [Nodes['nodes'][0], Nodes['nodes'][0]];
  leaving.jobs.handle('count', async (_job, { signal, checkpoint }) => {
    await checkpoint({ next: 7 });
    if (listens === false) return new Promise<never>(() => {});
    await new Promise((resolve) => { signal.addEventListener('abort', resolve); });
    if (listens === true) signal.throwIfAborted();
    return 'half';
  });
  staying.jobs.handle('count', async ({ checkpoint }) => checkpoint);
  const { id } = await enqueue();
  const stop = new AbortController();
  const running = leaving.jobs.runDue(stop.signal);
  await pause(60);
  stop.abort();
  await running;
  expect(await stateOf(id)).toMatchObject({ state: 'queued', attempts: 0 });

  await staying.jobs.runDue();

  expect(await stateOf(id)).toMatchObject({ state: 'succeeded', result: { next: 7 }, attempts: 1 });
});
