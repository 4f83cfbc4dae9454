import { Agent, request } from 'node:http';
import autocannon from 'autocannon';

export type Measured = { perSecond: number; p50: number; p99: number; errors: number; done: number };
type Answer = { status: number; body: string };

/** Reads: 32 keep-alive connections, a warm-up that is thrown away, then the counted seconds. */
export async function readLoad(url: string, headers: Record<string, string>, { warmUp, seconds, paths }: { warmUp: number; seconds: number; paths?: readonly string[] }): Promise<Measured> {
  const options = { url, headers, connections: 32, ...(paths && { requests: paths.map((path) => ({ path })) }) };
  await autocannon({ ...options, duration: warmUp });
  const result = await autocannon({ ...options, duration: seconds });
  return { perSecond: result.requests.average, p50: result.latency.p50, p99: result.latency.p99, errors: result.non2xx + result.errors, done: result['2xx'] };
}

/** Flows: a fixed number of clients, each starting its next one when the last has ended. */
export async function flowLoad(flow: (client: Client, n: number) => Promise<number>, { clients, seconds, warmUp }: { clients: number; seconds: number; warmUp: number }): Promise<Measured> {
  let n = 0;
  const run = async (until: number, times: number[]): Promise<number> => {
    let errors = 0;
    await Promise.all(Array.from({ length: clients }, async () => {
      const client = new Client();
      while (Date.now() < until) {
        try {
          times.push(await flow(client, n++));
        } catch (error) {
          errors += 1;
          if (errors <= 3) process.stderr.write(`  ${String(error)}\n`);
        }
      }
      client.close();
    }));
    return errors;
  };
  await run(Date.now() + warmUp * 1000, []);
  const times: number[] = [];
  const started = Date.now();
  const errors = await run(started + seconds * 1000, times);
  const elapsed = (Date.now() - started) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond: times.length / elapsed, p50: at(0.5), p99: at(0.99), errors, done: times.length };
}

/** One keep-alive connection; lean, because it shares two cores with what it measures. */
export class Client {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  call(method: string, url: string, headers: Record<string, string>, body?: unknown): Promise<Answer> {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const req = request(url, {
        method, agent: this.agent, headers: { ...headers, ...(sent !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }) },
      }, (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => { resolve({ status: res.statusCode ?? 0, body: Buffer.concat(chunks).toString() }); });
      });
      req.on('error', reject);
      req.end(sent);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
