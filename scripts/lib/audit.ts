/** What `npm audit --json` says, as far as it stops a change: high and critical, by package. */
export function auditVerdict(output: string): { severe: string[] } | { skipped: string } {
  const answer = parsed(output);
  if (!answer?.vulnerabilities) return { skipped: `the registry does not audit${answer?.message === undefined ? '' : `: ${answer.message}`}` };
  const severe = Object.entries(answer.vulnerabilities).filter(([, { severity }]) => severity === 'high' || severity === 'critical');
  return { severe: severe.map(([name, { severity, range }]) => `${severity}: ${name} ${range}; npm audit tells more`) };
}

type Answer = { message?: string; vulnerabilities?: Record<string, { severity: string; range: string }> };

/** npm puts its warnings before the JSON. */
function parsed(output: string): Answer | null {
  const begin = output.indexOf('{');
  try {
    return begin < 0 ? null : JSON.parse(output.slice(begin)) as Answer;
  } catch {
    return null;
  }
}
