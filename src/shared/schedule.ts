/**
 * Work that the worker repeats. It must be safe to run on several workers at once: conditional writes decide. `stop` is
 * aborted when the process is to end; what takes long has to listen to it.
 */
export type Schedule = Readonly<{ name: string; everyMs: number; run(stop: AbortSignal): Promise<unknown> }>;
