import type { Migration } from '../migrate.js';
import { pointsInParts } from './0001-points-in-parts.js';
import { oneLivePaymentPerPurpose } from './0002-one-live-payment-per-purpose.js';
import { shownPrices } from './0003-shown-prices.js';
import { sustainabilityScores } from './0004-sustainability-scores.js';
import { sealedPersonalData } from './0005-sealed-personal-data.js';
import { keyedCustomerMarks } from './0006-keyed-customer-marks.js';
import { ratingsApart } from './0008-ratings-apart.js';
import { scoresOfOldProducts } from './0009-scores-of-old-products.js';
import { categorySlugs } from './0010-category-slugs.js';

/**
 * Changes of stored data, oldest first; collections and indexes come from the models and need none. Never edit one that
 * was released: add the next. Each may run again after a crash, and old and new processes run beside it, so: add, fill in
 * batches, switch the reads, and remove what is old a release later.
 */
export const migrations: readonly Migration[] = [pointsInParts, oneLivePaymentPerPurpose, shownPrices, sustainabilityScores, sealedPersonalData, keyedCustomerMarks, ratingsApart, scoresOfOldProducts, categorySlugs];
