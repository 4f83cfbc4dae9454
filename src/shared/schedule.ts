/**
 * Work that the worker repeats. Of several workers the leading one does it, under a fence (db/leadership.ts); `everywhere`
 * is for work that claims each of its rows, which several may do at once. Either way it must be safe to be cut off and
 * begun again. `stop` is aborted when the process is to end; what takes long has to listen to it.
 */
export type Schedule = Readonly<{ name: string; everyMs: number; everywhere?: true; run(stop: AbortSignal): Promise<unknown> }>;
