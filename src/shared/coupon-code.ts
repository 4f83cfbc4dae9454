import { fold } from './fold.js';

/** ` save10 ` and `SAVE10` are one code: people type what they read on paper. */
export const couponCode = (typed: string): string => fold(typed.trim()).toUpperCase();
