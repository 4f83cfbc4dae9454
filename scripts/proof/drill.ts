import type { Cluster } from './cluster.js';
import type { History } from './history.js';
import type { Mix } from './soak.js';

/** Limits in milliseconds from the promises; the counts (0 lost, 0 twice, 0 defects, 0 unanswered) hold for every drill. */
export type Marks = Readonly<{
  /** Between two acknowledged orders. */
  gap?: number;
  /** Of any one answer: refused is fine, hanging is not. */
  slowest?: number;
  /** What the reads may take above those of the first, undisturbed drill. */
  readP99Above?: number;
}>;

export type Drill = Readonly<{
  id: string; what: string;
  /** Of load; the inject ends earlier or is waited for. */
  seconds: number;
  mix?: Partial<Mix>;
  marks?: Marks;
  /** Why it cannot be run here, or null. */
  cannot?(): Promise<string | null>;
  prepare?(cluster: Cluster): Promise<void>;
  /** Runs beside the load; whatever it leaves broken is mended afterwards. */
  inject(cluster: Cluster, until: number): Promise<void>;
  restore?(cluster: Cluster): Promise<void>;
  /** What only this drill can tell, in sentences. */
  also?(cluster: Cluster, history: History): Promise<string[]> | string[];
}>;
