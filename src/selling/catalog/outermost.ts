import { retryLostRace } from '../../shared/db/retry.js';
import { insideTransaction } from '../../shared/db/transaction.js';

/** A lost race is run again from the start, unless an outer transaction has to do that. */
export const outermost = <T>(work: () => Promise<T>): Promise<T> => (insideTransaction() ? work() : retryLostRace(work));
