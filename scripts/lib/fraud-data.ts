import { createReadStream, existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { join } from 'node:path';
import type { Transaction } from '../../src/fulfilment/risk/index.js';
import { root } from './paths.js';
import { Advice } from './terminal.js';

const COLUMNS = 'TRANSACTION_ID,at,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD';

/** The file that was named, else the one among the data that the project is measured on. */
export const fraudFile = (named: string | undefined): string => named ?? join(process.env['KONTOR_DATA'] ?? join(root, '../shared/data'), 'fraud/transactions.csv.gz');

/** Rows of `TRANSACTION_ID,at,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD`, plain or gzipped, in order of time; times without a zone are UTC. */
export async function readTransactions(file: string): Promise<Transaction[]> {
  if (!existsSync(file) || !statSync(file).isFile()) throw new Advice(`Skipped: there is no ${file}. Name a file, or KONTOR_DATA the folder with the data.`);
  const raw = createReadStream(file);
  const lines = createInterface({ input: file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw, crlfDelay: Infinity });
  const rows: Transaction[] = [];
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (number === 1 && line.trim() !== COLUMNS) throw new Advice(`${file} does not begin with ${COLUMNS}`);
    if (number === 1 || line === '') continue;
    const [, at = '', customer = '', place = '', amount = '', fraud = ''] = line.split(',');
    const row = { at: Date.parse(/Z|[+-]\d\d:\d\d$/.test(at) ? at : `${at.replace(' ', 'T')}Z`), customer, place, amount: Number(amount), isFraud: fraud.trim() === '1' };
    if (Number.isNaN(row.at) || !(row.amount >= 0)) throw new Advice(`${file}, line ${number}: "${line.slice(0, 100)}" is no transaction`);
    rows.push(row);
  }
  return rows;
}
