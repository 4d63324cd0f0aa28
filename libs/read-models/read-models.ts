import type { Projection } from '../event-sourcing/projection.js';
import { campaigns } from './campaigns/projection.js';
import { commitments } from './commitments/projection.js';
import { directory } from './directory/projection.js';
import { facts } from './facts/projection.js';
import { feedback } from './feedback/projection.js';
import { metricDefinitions } from './health/projection.js';
import { referralPipeline } from './referral-pipeline/projection.js';
import { timeline } from './timeline/projection.js';
import { touchFrequency } from './touch-frequency/projection.js';
import { trust } from './trust/projection.js';

/** Every read model: its folder, and the projection that makes its rows. What reads elsewhere has none. */
export const readModels: readonly { readonly folder: string; readonly projection?: Projection }[] = [
  { folder: 'activity' }, // touch_frequency, seen from other sides
  { folder: 'attribution' }, // journeys through touch_frequency, campaigns and referral_pipeline
  { folder: 'campaigns', projection: campaigns },
  { folder: 'commitments', projection: commitments },
  { folder: 'directory', projection: directory },
  { folder: 'facts', projection: facts },
  { folder: 'feedback', projection: feedback },
  { folder: 'health', projection: metricDefinitions },
  { folder: 'ledger' }, // the log itself
  { folder: 'metric-plan' }, // facts, by two definitions
  { folder: 'projections' }, // the engine's own tables
  { folder: 'referral-pipeline', projection: referralPipeline },
  { folder: 'timeline', projection: timeline },
  { folder: 'touch-frequency', projection: touchFrequency },
  { folder: 'trust', projection: trust },
];

export const projections: readonly Projection[] = readModels.flatMap(({ projection }) => projection ?? []);
