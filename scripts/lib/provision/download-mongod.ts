import { MongoBinary } from 'mongodb-memory-server';

/** A program of its own: its caller gives up on it when it is silent for too long. The last line says where the binary is. */
try {
  console.log(`\npath=${await MongoBinary.getPath()}`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
