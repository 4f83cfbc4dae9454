import type { Migration } from '../migrate.js';
import { sealStored } from '../seal-stored.js';

const NAME = '0005-sealed-personal-data';

/** What the version before this one can read sealed is sealed now; the rest gets the marks it is found by, and is sealed when no such process runs any more. */
export const sealedPersonalData: Migration = { name: NAME, up: ({ connection, log }) => sealStored(connection, NAME, log) };
