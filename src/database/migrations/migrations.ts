import { Persons1763800000001 } from './1763800000001-persons.js';
import { Training1763800000002 } from './1763800000002-training.js';

/** The one migration history of all databases, oldest first. */
export const MIGRATIONS = [Persons1763800000001, Training1763800000002] as const;
