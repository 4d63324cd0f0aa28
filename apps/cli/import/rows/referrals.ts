import { ReferralStep } from '../../../../libs/ledger/referral/referral.words.js';
import { at, id, relationship, step } from './fields.js';
import { empty, stepsOf, type DatedStep, type RowKind } from './row-kind.js';

/** `NO_SHOW` happened at `noShowAt`. */
const fieldOf = (word: string): string =>
  `${word.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())}At`;

const STEPS = Object.keys(ReferralStep);

export const referrals: RowKind = {
  fields: {
    id,
    referrer: { type: 'externalId', help: 'who refers, by the id in the source', aliases: ['from', 'referredby'] },
    subject: { type: 'text', help: 'who is referred: what the source calls the case; never a name', aliases: ['case'] },
    target: { type: 'externalId', help: 'to whom, by the id in the source', aliases: ['to', 'referredto'] },
    serviceLine: { type: 'text', help: 'what is referred for', aliases: ['service'] },
    at: { ...at('when it was made'), aliases: ['madeat', 'referredat', ...(at('').aliases ?? [])] },
    urgency: { type: 'word', help: 'ROUTINE (default), URGENT, ASAP or STAT', aliases: ['priority'] },
    question: { type: 'text', help: 'what the target is asked' },
    motive: { type: 'word', help: 'why this target; UNKNOWN (default)' },
    motiveLabel: { type: 'text', help: 'with motive OTHER: which one' },
    parent: { type: 'externalId', help: 'imported referral that it follows from, by the id in the source' },
    ...relationship('whose ledger shows it'),
    declineReason: { type: 'word', help: 'with declinedAt: INSURANCE, CAPACITY, OUT_OF_SCOPE, …' },
    declineReasonLabel: { type: 'text', help: 'with declineReason OTHER: which one' },
    leakedAt: step('when the person went elsewhere'),
    leakedTo: { type: 'externalId', help: 'where to, by the id in the source' },
    leakReason: { type: 'text', help: 'with leakedAt: why' },
    ...Object.fromEntries(STEPS.map((word) => [fieldOf(word), step(`when it was ${word}`)])),
  },

  lacks: (has) => ['referrer', 'subject', 'target', 'serviceLine', 'at'].find((field) => !has(field)),

  compose(fields, source, content) {
    const { id, referrer, subject, target, serviceLine, at, urgency, question, motive, motiveLabel, parent } = fields;
    const { relationship, relationshipId, declineReason, declineReasonLabel, leakedTo, leakReason } = fields;
    if (referrer === undefined || target === undefined) return empty(referrer === undefined ? 'referrer' : 'target');
    const key = source.keyOf('referral', id, content);
    const [from, to, elsewhere] = [String(referrer), String(target), leakedTo === undefined ? [] : [String(leakedTo)]];
    const shown = relationship === undefined ? relationshipId : `rel:${source.keys.relationship(String(relationship))}`;
    const parentReferralId = parent === undefined ? undefined : `ref:${source.keys.of('referral', String(parent))}`;
    const about = {
      referrerId: source.partyRef(from),
      subjectRef: subject,
      targetId: source.partyRef(to),
      serviceLine,
    };
    const said = { urgency, question, motive, motiveLabel, relationshipId: shown, parentReferralId, occurredAt: at };
    const declined = { declineReason, declineReasonLabel };
    const steps: DatedStep[] = STEPS.map((step) => ({
      field: fieldOf(step),
      type: 'RecordReferralStep',
      input: { step, ...(step === 'DECLINED' && declined) },
    }));
    const [toPartyId] = elsewhere.map((party) => source.partyRef(party));
    steps.push({ field: 'leakedAt', type: 'LeakReferral', input: { toPartyId, reason: leakReason } });
    return [
      ...source.ensuredParties(from, to, ...elsewhere),
      { type: 'MakeReferral', idempotencyKey: key, input: { ...about, ...said } },
      ...stepsOf(fields, steps, key, { referralId: `ref:${key}` }),
    ];
  },
};
