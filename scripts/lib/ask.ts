import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** One line from the terminal without showing it, or the first line of what is piped in. */
export async function askSecretly(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => { done(); } });
  const isTerminal = process.stdin.isTTY;
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: isTerminal });
  if (isTerminal) process.stdout.write(question);
  try {
    return await new Promise((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => { resolve(''); });
    });
  } finally {
    lines.close();
    if (isTerminal) process.stdout.write('\n');
  }
}
