/** Something that must never be true: named, with whom it concerns and what was found. */
export type Violation = Readonly<{ invariant: string; subject: string; detail: string }>;

/** Checked by `GET /admin/invariants` and after every race and crash test. No violation, no row. */
export type Invariant = Readonly<{ name: string; check(): Promise<Violation[]> }>;
