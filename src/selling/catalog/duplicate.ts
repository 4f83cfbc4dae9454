type Refusal = { code?: number; keyPattern?: Record<string, unknown>; keyValue?: Record<string, unknown> };

/** Which unique index refused, and which value; bulk writes hide it in their list of errors. */
export function duplicateOf(error: unknown): { index: string; value: string } | null {
  const bulk = error as Refusal & { writeErrors?: Array<{ err?: Refusal }> } | null;
  const found = bulk?.writeErrors?.[0]?.err ?? bulk;
  if (found?.code !== 11_000) return null;
  return { index: Object.keys(found.keyPattern ?? {}).join(','), value: String(Object.values(found.keyValue ?? {})[0] ?? '') };
}
