type Refusal = { code?: number; message?: string; keyPattern?: Record<string, unknown>; keyValue?: Record<string, unknown> };

/** Which unique index refused (`slug`, `parentId,nameKey`) and, for one field, which value. The answer to a bulk write says it in words only. */
export function duplicateOf(error: unknown): { index: string; value: string } | null {
  const { code, message = '', keyPattern, keyValue } = (error ?? {}) as Refusal;
  if (code !== 11_000) return null;
  if (keyPattern) return { index: Object.keys(keyPattern).join(','), value: String(Object.values(keyValue ?? {})[0] ?? '') };
  const [, name = '', value = ''] = /index: (\S+) dup key: \{ [^:]+: "([^"]*)"/.exec(message) ?? [];
  return { index: name.split(/_-?1(?:_|$)/).filter((field) => field !== '').join(','), value };
}
