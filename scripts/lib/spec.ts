import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import winston from 'winston';
import { loadConfig } from '../../config/index.js';
import { createContainer } from '../../src/container.js';
import { RedisGuard } from '../../src/shared/cache/redis.js';
import { createMetrics } from '../../src/shared/metrics/metrics.js';

/** A container that is never asked for data: its connections lead nowhere, so it needs no database. */
export async function unconnectedContainer() {
  const config = loadConfig({ NODE_ENV: 'production', MONGODB_URI: 'mongodb://127.0.0.1:1/none', REDIS_URL: 'redis://127.0.0.1:1', JWT_SECRET: randomBytes(32).toString('hex') });
  const redis = new RedisGuard(config.redis);
  await redis.close();
  const logger = winston.createLogger({ silent: true });
  return createContainer({ config, connection: mongoose.createConnection(), redis, logger, metrics: createMetrics(), report: (error) => { throw error; } });
}

export type Spec = ReturnType<Awaited<ReturnType<typeof unconnectedContainer>>['openApi']>;

export const textOf = (spec: unknown): string => `${JSON.stringify(spec, null, 2)}\n`;

type Node = Record<string, unknown>;
type Operation = { operationId?: string; parameters?: Array<{ name: string; in: string; required?: boolean }>; responses?: Record<string, { description?: string; $ref?: string }>; security?: Array<Record<string, unknown>> };

/** What a validator would refuse, in sentences: references, names, parameters, answers. */
export function problemsOf(spec: Spec): string[] {
  const problems: string[] = [];
  const operations = Object.entries(spec.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, name: `${method.toUpperCase()} ${path}`, operation: operation as Operation })));
  const seen = new Map<string, string>();
  for (const { path, name, operation } of operations) {
    const { operationId = '', parameters = [], responses = {}, security = [] } = operation;
    if (seen.has(operationId)) problems.push(`${name} and ${seen.get(operationId)} are both called ${operationId}`);
    seen.set(operationId, name);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, param]) => param!);
    const declared = parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name);
    if (inPath.toSorted().join() !== declared.toSorted().join()) problems.push(`${name} declares the path parameters ${declared.join() || 'none'}`);
    const places = parameters.map((parameter) => `${parameter.in} ${parameter.name.toLowerCase()}`);
    if (new Set(places).size !== places.length) problems.push(`${name} declares a parameter twice`);
    for (const [status, { description, $ref }] of Object.entries(responses)) if ($ref === undefined && (!description || description === status)) problems.push(`${name} does not describe its ${status}`);
    if (Object.keys(responses).length === 0) problems.push(`${name} has no responses`);
    for (const scheme of security.flatMap((all) => Object.keys(all))) if (!(scheme in spec.components.securitySchemes)) problems.push(`${name} names an unknown security scheme ${scheme}`);
  }
  const templates = Object.keys(spec.paths).map((path) => path.replace(/\{\w+\}/g, '{}'));
  for (const template of new Set(templates.filter((path, at) => templates.indexOf(path) !== at))) problems.push(`two paths differ only by the names of their parameters: ${template}`);
  return [...problems, ...refsOf(spec, '').filter(({ to }) => resolve(spec, to) === undefined).map(({ at, to }) => `${at} refers to ${to}, which is not there`)];
}

function refsOf(value: unknown, at: string): Array<{ at: string; to: string }> {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value as Node).flatMap(([name, inner]) => (name === '$ref' && typeof inner === 'string' ? [{ at, to: inner }] : refsOf(inner, `${at}/${name}`)));
}

const resolve = (spec: unknown, ref: string): unknown => (ref.startsWith('#/') ? ref.slice(2).split('/').reduce<unknown>((at, step) => (at as Node | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')], spec) : undefined);

/** Where two documents differ, one line each: `POST /orders  responses.409 is new`. */
export function differences(before: unknown, after: unknown, path: readonly string[] = []): string[] {
  const at = place(path);
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (before === undefined) return [`${at} is new`];
  if (after === undefined) return [`${at} is gone`];
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return [`${at}: ${JSON.stringify(before)} became ${JSON.stringify(after)}`];
  const found = [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => differences((before as Node)[name], (after as Node)[name], [...path, name]));
  return found.length > 0 ? found : [`${at} has another order`];
}

const place = (path: readonly string[]): string => (path[0] === 'paths' && path.length > 2 ? `${path[2]!.toUpperCase()} ${path[1]}  ${path.slice(3).join('.')}` : path.slice(path[0] === 'paths' ? 1 : 0).join('.') || 'the document');
