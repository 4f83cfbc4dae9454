import { keyCustomerMarks } from '../customer-marks.js';
import type { Migration } from '../migrate.js';
import { vaultOf } from '../personal.js';
import { PROMOTION_CUSTOMERS } from '../sealing-state.js';

/** Where another version may still count by plain hashes this waits until none does. */
export const keyedCustomerMarks: Migration = {
  name: '0006-keyed-customer-marks',
  async up({ connection, log }) {
    if (!(await vaultOf(connection).sealing.waiting()).has(PROMOTION_CUSTOMERS)) await keyCustomerMarks(connection, log);
  },
};
