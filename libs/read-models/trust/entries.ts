import type { TrustActionFacts, TrustAssessmentFacts, TrustRequestFacts } from '../../ledger/trust/trust.js';
import { MEANINGS } from '../../ledger/trust/trust.words.js';
import { moneyOf } from '../money.js';
import { entryKind, type Told } from '../timeline/entry.js';

export const trustActionEntries = entryKind({
  kind: 'TRUST_ACTION',
  description: 'Something done for trust, or against it.',
  id: 'actionId',
  recorded: 'TrustActionRecorded',
  corrected: 'TrustActionCorrected',
  retracted: 'TrustActionRetracted',
  show({ facts: { by, to, kind, giftValueMinor, currency, ...facts } }: Told<TrustActionFacts>) {
    const { dimension = null, sign = 0 } = MEANINGS[kind] ?? {};
    const giftValue = moneyOf(giftValueMinor, currency);
    return { ...facts, byId: by, toId: to, actionKind: kind, dimension, sign, giftValue };
  },
});

export const trustRequestEntries = entryKind({
  kind: 'TRUST_REQUEST',
  description: 'Somebody asked what would earn trust.',
  id: 'requestId',
  recorded: 'TrustRequestAsked',
  retracted: 'TrustRequestRetracted',
  show({ facts: { by, to, text } }: Told<TrustRequestFacts>) {
    return { byId: by, toId: to, text };
  },
});

export const trustAssessmentEntries = entryKind({
  kind: 'TRUST_ASSESSMENT',
  description: 'Trust as one party rates it.',
  id: 'assessmentId',
  recorded: 'TrustAssessed',
  retracted: 'TrustAssessmentRetracted',
  show({ facts: { by, ...ratings } }: Told<TrustAssessmentFacts>) {
    return { ...ratings, byId: by };
  },
});
