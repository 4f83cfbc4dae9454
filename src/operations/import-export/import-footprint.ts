import { DECIMAL, isAbsent, text, type Cells } from './import-cells.js';
import type { FootprintField, Mapping, RowFootprint } from './import-export.js';

const MAX_GRAMS = 1_000_000_000;
const YES = /^(?:true|yes|1)$/i;
const NO = /^(?:false|no|0)$/i;

/** Null where the file has no column for any of it. */
export function readFootprint(row: Cells, sources: Mapping['footprint'] = {}): RowFootprint | null {
  const columns = (Object.entries(sources) as Array<[FootprintField, string]>).filter(([, source]) => !isAbsent(row.raw, source));
  if (columns.length === 0) return null;
  return Object.fromEntries(columns.map(([field, source]) => [field, field === 'carbonOffset' ? yesOrNo(row, source) : figure(row, field, source)]));
}

function figure(row: Cells, field: Exclude<FootprintField, 'carbonOffset'>, source: string): number | null {
  const name = `footprint.${field}`;
  const digits = text(row, name, source);
  if (digits === null) return null;
  const [most, isWhole] = field === 'recycledPercent' ? [100, false] : field === 'sustainabilityScore' ? [100, true] : [MAX_GRAMS, true];
  const number = DECIMAL.test(digits) ? Number(digits) : NaN;
  if (number <= most && (!isWhole || Number.isInteger(number))) return number;
  return row.wrong(name, 'invalid_footprint', `"${source}" must be ${isWhole ? 'a whole number' : 'a number'} from 0 to ${most}.`);
}

function yesOrNo(row: Cells, source: string): boolean | null {
  const said = text(row, 'footprint.carbonOffset', source);
  if (said === null) return null;
  if (YES.test(said)) return true;
  return NO.test(said) ? false : row.wrong('footprint.carbonOffset', 'invalid_footprint', `"${source}" must be true or false.`);
}
