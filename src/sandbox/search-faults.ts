import type { Fault } from './fault-switches.ts';

/** Misbehaviour of searches, pages, reads and attachments. */
export const searchFaults: readonly Fault[] = [];
