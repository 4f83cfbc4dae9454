import { createReadStream } from 'node:fs';
import { connect, type Socket } from 'node:net';

/** Looks at a file before anybody may have it. `null` is clean, else what was found; it throws when it cannot tell. */
export type Scanner = (path: string) => Promise<string | null>;

const PATIENCE_MS = 60_000;
const PIECE = 65_536;
const LENGTH_BYTES = 4;

/** clamd's INSTREAM (clamd(8)): pieces, each after its length as four bytes, ended by an empty one; `stream: OK`, or `stream: NAME FOUND`. */
export const createClamd = (address: string): Scanner => async (path) => {
  const socket = open(address);
  socket.setTimeout(PATIENCE_MS, () => { socket.destroy(new Error('clamd did not answer in time')); });
  const answer = readAll(socket);
  answer.catch(() => {});
  await write(socket, Buffer.from('zINSTREAM\0'));
  for await (const piece of createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Buffer>) {
    await write(socket, Buffer.concat([lengthOf(piece), piece]));
  }
  socket.write(Buffer.alloc(LENGTH_BYTES));
  const text = (await answer).replace(/\0/g, '').trim();
  socket.destroy();
  if (text === 'stream: OK') return null;
  const found = /^stream: (.+) FOUND$/.exec(text);
  if (!found) throw new Error(`clamd answered ${JSON.stringify(text.slice(0, 200))}`);
  return found[1]!;
};

function open(address: string): Socket {
  if (address.startsWith('/')) return connect(address);
  const colon = address.lastIndexOf(':');
  return connect(Number(address.slice(colon + 1)), address.slice(0, colon));
}

function lengthOf(piece: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(piece.length);
  return length;
}

/** Waits until the other side took it, so that a large file is never held here. */
const write = (socket: Socket, bytes: Buffer) => new Promise<void>((resolve, reject) => {
  socket.write(bytes, (error) => { if (error) reject(error); else resolve(); });
});

const readAll = (socket: Socket) => new Promise<string>((resolve, reject) => {
  let text = '';
  socket.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  socket.once('end', () => { resolve(text); });
  socket.once('error', reject);
  socket.once('close', () => { reject(new Error('clamd hung up')); });
});
