/** One decision of a person. Never changed: another decision is another entry. */
export type Consent = Readonly<{
  purpose: string; granted: boolean;
  /** Of the text that was agreed to or refused. */
  version: string;
  /** Where it was given: `checkout`, `account`, `app`. */
  source: string;
  at: Date;
}>;
export type Decision = Pick<Consent, 'purpose' | 'granted' | 'version'>;
export type StoredConsent = Consent & Readonly<{ sequence: number }>;

/** The last word on each purpose, by purpose. */
export function currentOf(history: readonly StoredConsent[]): StoredConsent[] {
  const last = new Map<string, StoredConsent>();
  for (const consent of history) if (consent.sequence > (last.get(consent.purpose)?.sequence ?? 0)) last.set(consent.purpose, consent);
  return [...last.values()].sort((a, b) => (a.purpose < b.purpose ? -1 : 1));
}

/** What the decisions change; the same word on the same version again is no new decision. */
export function newDecisions(history: readonly StoredConsent[], decisions: readonly Decision[]): Array<Decision & { sequence: number }> {
  const current = new Map(currentOf(history).map((consent) => [consent.purpose, consent]));
  return decisions
    .filter(({ purpose, granted, version }) => { const before = current.get(purpose); return before?.granted !== granted || before.version !== version; })
    .map((decision) => ({ ...decision, sequence: (current.get(decision.purpose)?.sequence ?? 0) + 1 }));
}
