import { parseArgs, type ParseArgsConfig } from 'node:util';
import { Advice } from './terminal.js';

/** `parseArgs` with its complaint turned into advice that ends in the usage. */
export function parseOptions<const T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T, usage: string) {
  return parse(args, options, usage, false).values;
}

/** The same for a command that takes exactly one operand, such as a file. */
export function parseCommand<const T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T, usage: string) {
  const { values, positionals } = parse(args, options, usage, true);
  const [operand, ...others] = positionals;
  if (operand === undefined || others.length > 0) throw new Advice(usage);
  return { operand, ...values };
}

function parse<const T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T, usage: string, allowPositionals: boolean) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals });
  } catch (error) {
    const [complaint] = (error as Error).message.split('. ');
    throw new Advice(`${complaint}\n\n${usage}`);
  }
}

/** A port as typed; refuses what no server can listen on. */
export function parsePort(text: string, usage: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Advice(`"${text}" is not a port (1 to 65535)\n\n${usage}`);
  return port;
}
