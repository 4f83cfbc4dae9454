import { MappingUnknown } from './import-export.errors.js';
import type { Mapping } from './import-export.js';
import { mappingSchema } from './import-export.schemas.js';
import { DEFAULT_STOCK, isMappingName, MAPPINGS } from './import-mappings.js';

export type MappingChoice = Readonly<{ mapping: Mapping; defaultStock: number | null }>;

/** A preset by its name, or a mapping written as JSON. */
export function chooseMapping(wanted = 'kontor'): MappingChoice {
  if (isMappingName(wanted)) return { mapping: MAPPINGS[wanted], defaultStock: DEFAULT_STOCK[wanted] ?? null };
  if (!wanted.trimStart().startsWith('{')) throw new MappingUnknown(`There is no preset ${wanted.slice(0, 80)}; there are ${Object.keys(MAPPINGS).join(', ')}, or send a mapping as JSON.`);
  const { value, error } = mappingSchema.validate(parsed(wanted), { abortEarly: false });
  if (error) throw new MappingUnknown(error.message);
  return { mapping: value, defaultStock: null };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MappingUnknown('The mapping is not valid JSON.');
  }
}
