import { styleText } from 'node:util';

type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

/** A problem the reader can solve: printed as it is, without a stack. */
export class Advice extends Error {}

const coloured = () => process.stdout.isTTY && !process.env['NO_COLOR'] && !process.env['CI'];

export const paint = (colour: Colour, text: string) => (coloured() ? styleText(colour, text) : text);

export const say = (line = '') => void process.stdout.write(`${line}\n`);

/** `mongodb     the mongod on PATH`: one tidy line per thing that happened. */
export const note = (what: string, text: string) => say(`  ${paint('dim', what.padEnd(12))} ${text}`);

export const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

/** Runs a script to its end: advice is printed plainly, a defect with its stack, both exit 1. */
export function main(work: () => Promise<number | void>): void {
  work().then(
    (code) => process.exit(code ?? 0),
    (error: unknown) => {
      const text = error instanceof Advice ? error.message : (error as Error).stack ?? String(error);
      process.stderr.write(`\n${paint('red', text)}\n`);
      process.exit(1);
    },
  );
}
