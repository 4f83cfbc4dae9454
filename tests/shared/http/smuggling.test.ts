import { connect } from 'node:net';
import { openMiniApp, type MiniApp } from '../../support/mini-app.js';

let app: MiniApp;
beforeAll(async () => { app = await openMiniApp(); });
afterAll(() => app.close());

/** Bytes as they are; answers the status of every answer that came back before the other side hung up. */
async function statuses(text: string): Promise<string[]> {
  const socket = connect(app.port, '127.0.0.1');
  socket.end(Buffer.from(text, 'latin1'));
  const answer = Buffer.concat(await socket.toArray() as Buffer[]).toString('latin1');
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status!);
}
const post = (headers: string, body = '') => `POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nx-api-key: pk_app\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`;
const HIDDEN = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n';

test.each([
  { _case: 'a length beside chunks', text: post('Content-Length: 4\r\nTransfer-Encoding: chunked', `0\r\n\r\n${HIDDEN}`) },
  { _case: 'chunks with a space before the colon', text: post('Content-Length: 6\r\nTransfer-Encoding : chunked', `0\r\n\r\n${HIDDEN}`) },
  { _case: 'an unknown transfer encoding', text: post('Transfer-Encoding: xchunked', `0\r\n\r\n${HIDDEN}`) },
  { _case: 'two lengths', text: post('Content-Length: 0\r\nContent-Length: 44', HIDDEN) },
  { _case: 'a list of lengths', text: post('Content-Length: 2, 2', `{}${HIDDEN}`) },
  { _case: 'a length with a sign', text: post('Content-Length: +2', `{}${HIDDEN}`) },
  { _case: 'bare line feeds', text: HIDDEN.replaceAll('\r', '') },
  { _case: 'a folded header', text: `GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n${HIDDEN}` },
  { _case: 'NUL in a header', text: `GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n${HIDDEN}` },
  { _case: 'no host', text: `GET /healthz HTTP/1.1\r\n\r\n${HIDDEN}` },
  { _case: 'two hosts', text: `GET /api/v1/products HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n${HIDDEN}` },
])('$_case: 400, and what stands behind it is not taken for a request', async ({ text }) => {
  expect(await statuses(text)).toEqual(['400']);
});
