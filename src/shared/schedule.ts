/** Work that the worker repeats. It must be safe to run on several workers at once: conditional writes decide. */
export type Schedule = Readonly<{ name: string; everyMs: number; run(): Promise<unknown> }>;
