import type { Projection } from '../event-sourcing/projection.js';
import { directory } from './directory/projection.js';
import { timeline } from './timeline/projection.js';
import { touchFrequency } from './touch-frequency/projection.js';

/** Every read model: its folder, and the projection that makes its rows. What reads elsewhere has none. */
export const readModels: readonly { readonly folder: string; readonly projection?: Projection }[] = [
  { folder: 'directory', projection: directory },
  { folder: 'ledger' }, // the log itself
  { folder: 'projections' }, // the engine's own tables
  { folder: 'timeline', projection: timeline },
  { folder: 'touch-frequency', projection: touchFrequency },
];

export const projections: readonly Projection[] = readModels.flatMap(({ projection }) => projection ?? []);
