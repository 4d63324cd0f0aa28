import type { Role } from '../access/caller.js';

/** Who may read about parties and relationships. Who records must find what to record about. */
export const READERS: readonly [Role, ...Role[]] = ['reader', 'recorder', 'analyst', 'auditor', 'privacy_officer'];
