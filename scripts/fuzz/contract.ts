import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/paths.js';

type Parameter = Readonly<{ in: string; name: string }>;
type Operation = { parameters: Parameter[]; servers?: unknown };
type Contract = { servers: Array<{ url: string }>; paths: Record<string, Record<string, Operation>> };

/** What Python's expressions lack, said otherwise; as it stands in JSON. */
const CONTROLS: [string, string] = ['\\\\p{Cc}', '\\\\x00-\\\\x1f\\\\x7f-\\\\x9f'];

/**
 * openapi.json as a tool takes it that knows one base for a whole document: what is served under /api/v1 apart from what
 * stands at the root. `fields` is left out: who asks for two fields of an order does not get a whole one.
 */
export function contracts(): Record<'api' | 'root', Contract> {
  const whole = JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8').replaceAll(...CONTROLS)) as Contract;
  const parts = { api: { ...whole, paths: {} }, root: { ...whole, servers: [{ url: '/' }], paths: {} } } as Record<'api' | 'root', Contract>;
  for (const [path, operations] of Object.entries(whole.paths)) {
    for (const [method, { servers, ...operation }] of Object.entries(operations)) {
      const { paths } = servers === undefined ? parts.api : parts.root;
      (paths[path] ??= {})[method] = { ...operation, parameters: operation.parameters.filter((one) => !(one.in === 'query' && one.name === 'fields')) };
    }
  }
  return parts;
}
