import type { Violation } from '../../shared/invariant.js';

export type InvariantResult = Readonly<{ name: string; count: number; violations: readonly Violation[] }>;
export type InvariantReport = Readonly<{ ok: boolean; checkedAt: Date; durationMs: number; checks: readonly InvariantResult[] }>;

const MAX_SHOWN = 50;

/** The count is the truth; only the first violations are shown. */
export const resultOf = (name: string, violations: readonly Violation[]): InvariantResult => ({ name, count: violations.length, violations: violations.slice(0, MAX_SHOWN) });

export const isExactlyOne = (given: object): boolean => Object.values(given).filter((value) => value !== undefined).length === 1;
