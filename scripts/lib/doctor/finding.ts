export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  /** What to do about it, ready to be copied. */
  readonly fix?: string;
}

export const ok = (what: string, detail: string): Finding => ({ what, state: 'ok', detail });
export const warn = (what: string, detail: string, fix: string): Finding => ({ what, state: 'warn', detail, fix });
export const fail = (what: string, detail: string, fix: string): Finding => ({ what, state: 'fail', detail, fix });
