import { parseOptions, parsePort } from '../arguments.js';
import { isFree } from '../ports.js';
import { portOwner } from '../port-owner.js';
import { Advice, note } from '../terminal.js';

const DEFAULT_PORT = 3000;
const TRIES = 50;

const usage = (script: string) => `Usage: npm run ${script} -- [options]
  --port N           listen on port N (default ${DEFAULT_PORT}, or the next free one)
  --ready-file FILE  write addresses, keys and logins as JSON into FILE when the shop takes requests
  --fresh            begin with empty databases`;

export interface ShopOptions {
  readonly port: number | undefined;
  readonly readyFile: string | undefined;
  readonly fresh: boolean;
}

export function parseShopOptions(script: string, args: readonly string[]): ShopOptions {
  const values = parseOptions(args, { port: { type: 'string' }, 'ready-file': { type: 'string' }, fresh: { type: 'boolean' } }, usage(script));
  return {
    port: values.port === undefined ? undefined : parsePort(values.port, usage(script)),
    readyFile: values['ready-file'],
    fresh: values.fresh ?? false,
  };
}

/** The port somebody asked for or none; without a wish the first free one from 3000. */
export async function chooseShopPort(script: string, asked: number | undefined): Promise<number> {
  const first = asked ?? DEFAULT_PORT;
  if (await isFree(first)) return first;
  const owner = (await portOwner(first)) ?? 'another process';
  for (let port = first + 1; port <= Math.min(first + TRIES, 65_535); port++) {
    if (!(await isFree(port))) continue;
    if (asked !== undefined) throw new Advice(`Port ${first} is taken by ${owner}.\nStop that, or take a free one: npm run ${script} -- --port ${port}`);
    note('port', `${port}, as ${first} is taken by ${owner}`);
    return port;
  }
  throw new Advice(`Port ${first} is taken by ${owner}, and so are the ${TRIES} after it: choose one with --port`);
}
