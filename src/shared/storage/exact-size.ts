import { Transform } from 'node:stream';
import { SizeMismatch } from './storage.errors.js';

/** Passes bytes on, and fails as soon as there are more than announced, or at the end when there are fewer. */
export function exactSize(expected: number): Transform {
  let received = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      done(received > expected ? new SizeMismatch({ expected, received }) : null, chunk);
    },
    flush(done) { done(received < expected ? new SizeMismatch({ expected, received }) : null); },
  });
}
