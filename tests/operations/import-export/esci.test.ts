import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UNCATEGORISED } from '../../../src/operations/import-export/import-export.js';
import { MAPPINGS } from '../../../src/operations/import-export/import-mappings.js';
import { readRows } from '../../../src/operations/import-export/import-reader.js';
import { normaliseRow } from '../../../src/operations/import-export/import-rows.js';

const data = process.env['KONTOR_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const catalogue = join(data, 'search', 'products.jsonl.gz');
const isPresent = existsSync(catalogue);
const name = 'the ESCI catalogue: every row is accepted, and what has no price stays a draft';

(isPresent ? test : test.skip)(isPresent ? name : `${name} (skipped: the data is absent; KONTOR_DATA names its folder)`, async () => {
  const counts = { rows: 0, errors: 0, active: 0, no_price: 0, zero_price: 0, uncategorised: 0 };
  for await (const read of readRows(catalogue, { mapping: MAPPINGS.esci })) {
    counts.rows += 1;
    const outcome = 'raw' in read ? normaliseRow(read.raw, MAPPINGS.esci, read.line) : { errors: [read.error] };
    if ('errors' in outcome) {
      counts.errors += 1;
      continue;
    }
    const { status, draftReason, categoryPath } = outcome.row;
    if (status === 'active') counts.active += 1;
    if (draftReason) counts[draftReason] += 1;
    if (categoryPath[0] === UNCATEGORISED) counts.uncategorised += 1;
  }

  expect(counts).toEqual({ rows: 6_764, errors: 0, active: 1_987, no_price: 4_774, zero_price: 3, uncategorised: 252 });
});
