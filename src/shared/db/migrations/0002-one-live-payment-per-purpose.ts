import type { Migration } from '../migrate.js';

const NO_SUCH_INDEX = 27;
const NO_SUCH_COLLECTION = 26;

/** An edited order may have a payment of the difference beside its own, which the old index refuses. The new one stands by then. */
export const oneLivePaymentPerPurpose: Migration = {
  name: '0002-one-live-payment-per-purpose',
  async up({ connection }) {
    try {
      await connection.collection('payments').dropIndex('one_live_per_order');
    } catch (error) {
      if (![NO_SUCH_INDEX, NO_SUCH_COLLECTION].includes((error as { code?: number }).code ?? 0)) throw error;
    }
  },
};
