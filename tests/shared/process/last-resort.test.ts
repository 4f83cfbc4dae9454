import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/redis-server.js';
import { testEnvironment } from '../../support/world.js';

const script = fileURLToPath(new URL('./planted-server.ts', import.meta.url));

test.each(['/reject', '/throw'])('what nobody catches (%s) ends the process with an error once the other requests have their answers', async (path) => {
  const child = spawn(process.execPath, ['--import', 'tsx', script], { env: { PATH: process.env['PATH'], ...testEnvironment({ LOG_LEVEL: 'info' }) } });
  const ended = once(child, 'exit');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => { output += chunk; });
  await until(() => output.includes('"port":'), { withinMs: 20_000, what: 'a server that listens' });
  const url = `http://127.0.0.1:${/"port":(\d+)/.exec(output)![1]!}`;

  const others = Array.from({ length: 10 }, () => fetch(`${url}/other`).then((answer) => answer.text()));
  await fetch(`${url}${path}`).catch(() => {});

  expect(await Promise.all(others)).toEqual(Array(10).fill('done'));
  expect((await ended)[0]).toBe(1);
  expect(output).toContain('planted');
});
