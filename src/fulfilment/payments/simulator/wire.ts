import type { Fault, Faults, FaultyOperation } from './faults.js';
import type { Answer, Kind, Ledger, Operation, Refusal, SimPayment, Wire } from './ledger.js';

export type Call = Readonly<{
  id: string; query: URLSearchParams; origin: string; key: string | undefined; body: unknown;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}>;
export type Endpoint = Readonly<{
  method: string; path: RegExp;
  /** Set on what a shop calls: needs the secret, and faults hit it. The others are the controls of a drill. */
  operation?: FaultyOperation;
  /** Where the body tells which operation it is. */
  operationOf?(call: Call): FaultyOperation;
  faultOf?(call: Call): Fault | undefined;
  handle(call: Call): Answer;
  /** How this wire format says no. */
  refuse?(refusal: Refusal): Answer;
}>;
export type EndpointDeps = Readonly<{
  ledger: Ledger; faults: Faults; settlesAfterMs: number; now: () => Date;
  target: { url: string | undefined };
  secret: string;
}>;

export const wireOf = ({ wire }: SimPayment): Wire => wire ?? 'simulator';
export const movements = ({ operations }: SimPayment, kind: Kind): Operation[] => operations.filter((op) => op.kind === kind && op.state === 'success');
export const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000);

/** `a[b][0]=c` as Stripe's clients write their bodies and queries: { a: { b: ['c'] } }, all text. */
export function readForm(text: string): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter((part) => part !== '');
    let at = root;
    for (const part of path.slice(0, -1)) at = (at[part] ??= {}) as Record<string, unknown>;
    at[path.at(-1)!] = value;
  }
  return root;
}
