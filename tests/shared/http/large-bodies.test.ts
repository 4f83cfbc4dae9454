import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import Joi from 'joi';
import { defineRoute } from '../../../src/shared/http/route.js';
import { problems, success, successOf } from '../../../src/shared/http/schemas.js';
import { openMiniApp, type MiniApp } from '../../support/mini-app.js';
import { soon } from '../../support/soon.js';

let app: MiniApp;
beforeAll(async () => {
  app = await openMiniApp({ routes: () => [defineRoute<object, object, object, { text: string }>({
    method: 'post', path: '/texts', summary: 'Takes a text', tag: 'Test', access: { scope: 'cart:write' }, body: Joi.object({ text: Joi.string().required() }), responses: { 201: successOf(Joi.any()), ...problems(400, 401, 403) },
    handle: async () => ({ status: 201, body: success('Taken.', {}) }),
  })] });
});
afterAll(() => app.close());

/** Sends a head, then a chunk every millisecond until the other side hangs up; answers what came back, how soon, and when it was cut. */
function pour(head: string, chunk: string, { key = 'pk_app', maxMs = 8000 } = {}) {
  return new Promise<{ status: number; answeredMs: number; cutMs: number; sent: number }>((resolve) => {
    const begun = Date.now();
    const result = { status: 0, answeredMs: Infinity, cutMs: Infinity, sent: 0 };
    const socket = connect(app.port, '127.0.0.1');
    socket.write(`POST /api/v1/texts HTTP/1.1\r\nHost: x\r\nx-api-key: ${key}\r\nContent-Type: application/json\r\n${head}\r\n\r\n`);
    const pouring = setInterval(() => { if (chunk !== '' && socket.writableLength < 1e6) { socket.write(chunk); result.sent += chunk.length; } }, 1);
    const end = () => { clearInterval(pouring); clearTimeout(patience); socket.destroy(); resolve(result); };
    const patience = setTimeout(end, maxMs);
    socket.on('data', (data: Buffer) => {
      if (result.status !== 0) return;
      result.status = Number(/^HTTP\/1\.1 (\d+)/.exec(data.toString())?.[1] ?? 0);
      result.answeredMs = Date.now() - begun;
    });
    socket.on('error', () => {});
    socket.on('close', () => { result.cutMs = Date.now() - begun; end(); });
  });
}
const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

test('a gigabyte that is only declared is refused at once', async () => {
  const { status, answeredMs } = await pour('Content-Length: 1000000000', '', { maxMs: 1500 });

  expect(status).toBe(413);
  expect(answeredMs).toBeLessThan(soon(1000));
});

test('a gigabyte that is really sent is refused within a second, and its sender is cut', async () => {
  const { status, answeredMs, cutMs } = await pour('Content-Length: 1000000000', 'x'.repeat(65_536));

  expect(status).toBe(413);
  expect(answeredMs).toBeLessThan(soon(1000));
  expect(cutMs).toBeLessThan(soon(5000));
});

test('a body without an end is refused within a second, its sender is cut, and memory does not grow with it', async () => {
  const before = process.memoryUsage().rss;

  const { status, answeredMs, cutMs, sent } = await pour('Transfer-Encoding: chunked', chunked('x'.repeat(65_536)));

  expect(status).toBe(413);
  expect(answeredMs).toBeLessThan(soon(1000));
  expect(cutMs).toBeLessThan(soon(5000));
  expect(sent).toBeGreaterThan(1e6);
  expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
});

test('a stranger\'s large body is not even read: 401, then cut', async () => {
  const { status, answeredMs, cutMs } = await pour('Transfer-Encoding: chunked', chunked('x'.repeat(65_536)), { key: 'pk_nobody' });

  expect(status).toBe(401);
  expect(answeredMs).toBeLessThan(soon(1000));
  expect(cutMs).toBeLessThan(soon(5000));
});

test('a connection whose small body was refused goes on serving', async () => {
  const socket = connect(app.port, '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => { received += text; });
  const send = (body: string, key: string) => socket.write(`POST /api/v1/texts HTTP/1.1\r\nHost: x\r\nx-api-key: ${key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  send('{"text":"a"}', 'pk_nobody');
  await pause(2500);
  send('{"text":"b"}', 'pk_app');
  await pause(300);
  socket.destroy();

  expect([...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['401', '201']);
});
