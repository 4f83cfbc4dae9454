import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import type { Shop } from '../../support/shop.js';

/** A picture that no other call makes. */
export const picture = (seed: number, { width = 320, height = 240 } = {}) => sharp({ create: { width, height, channels: 3, background: { r: seed % 256, g: (seed >> 8) % 256, b: (seed * 7) % 256 } } })
  .composite([{ input: Buffer.from(`<svg width="${width}" height="${height}"><text x="10" y="60" font-size="40">${seed}</text><circle cx="${width / 2}" cy="${height / 2}" r="${20 + (seed % 50)}" fill="red"/></svg>`) }]);
export const jpeg = (seed: number, size = {}): Promise<Buffer> => picture(seed, size).jpeg().toBuffer();

export function upload(shop: Pick<Shop, 'url'>, headers: Record<string, string>, bytes: Buffer, { path = '/media', method = 'POST', name = 'picture.jpg' } = {}) {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)]), name);
  return fetch(`${shop.url}/api/v1${path}`, { method, headers, body: form }).then(async (reply) => ({ status: reply.status, body: await reply.json() as any })); // eslint-disable-line @typescript-eslint/no-explicit-any -- the test asserts what it holds
}

/** What of clamd we speak: INSTREAM. Finds whatever contains EICAR's name. */
export async function startClamd() {
  const seen: number[] = [];
  const answerTo = (socket: Socket) => {
    let read = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      read = Buffer.concat([read, chunk]);
      if (read.length < 14 || !read.subarray(-4).equals(Buffer.alloc(4))) return;
      seen.push(read.length);
      socket.end(`stream: ${read.includes('EICAR-STANDARD-ANTIVIRUS') ? 'Eicar-Test-Signature FOUND' : 'OK'}\0`);
    });
  };
  let server: Server;
  const listen = (port: number) => new Promise<void>((resolve) => { server = createServer(answerTo).listen(port, '127.0.0.1', () => { resolve(); }); });
  const close = () => new Promise((resolve) => { server.close(resolve); });
  await listen(0);
  const { port } = server!.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, seen, close, comeBack: () => listen(port) };
}
