import type { PartyId, ReferralId, RelationshipId } from '../event-sourcing/id.js';
import type { ReferralStep } from '../ledger/referral/referral.words.js';
import { campaigns } from './campaigns.js';
import type { Teller } from './teller.js';

/** What the documentation speaks of, one after the other: each function is one thing that happens between people. */
export function chapters(teller: Teller): void {
  promises(teller);
  complaint(teller);
  referrals(teller);
  doubles(teller);
  patientsAndPayers(teller);
  campaigns(teller);
}

/** Dr. Fairbairn says what would earn her trust. Two promises are kept, one of them late; one is broken, one overdue. */
function promises(teller: Teller): void {
  const doctor = teller.party('fairbairn', 'Dr. Corinne Fairbairn');
  const relationshipId = teller.tie('fairbairn/tie', doctor, 500);
  const { practice: ours } = teller;
  const text = 'What would we have to do so that you would trust us with a hard case?';
  teller.tell('fairbairn/ask', 480, { type: 'AskForTrustRequest', relationshipId, by: ours, to: doctor, text });

  const promise = (key: string, made: number, due: number, what: string): void => {
    const dueAt = teller.on(due);
    const owed = { relationshipId, owedBy: ours, owedTo: doctor, text: what, dueAt };
    teller.tell(`fairbairn/${key}`, made, { type: 'MakeCommitment', ...owed });
  };
  const end = (key: string, daysAgo: number, type: 'KeepCommitment' | 'BreakCommitment'): void => {
    const commitmentId = teller.id('cmt', `fairbairn/${key}`);
    teller.tell(`fairbairn/${key}/end`, daysAgo, { type, relationshipId, commitmentId });
  };
  promise('notes', 478, 450, 'Consult notes within two working days.');
  end('notes', 455, 'KeepCommitment');
  promise('review', 300, 280, 'A joint review of her five hardest cases.');
  end('review', 276, 'KeepCommitment');
  promise('line', 120, 100, 'A direct line to scheduling.');
  end('line', 95, 'BreakCommitment');
  const broken = { relationshipId, by: ours, to: doctor, kind: 'BROKEN_PROMISE', asked: false } as const;
  teller.tell('fairbairn/broken', 95, { type: 'RecordTrustAction', ...broken, customized: false });
  promise('plans', 30, 9, 'A list of the insurance plans that we take.');
  const assessed = { credibility: 8, reliability: 6, intimacy: 6, selfOrientation: 3, basis: 'EARNED' } as const;
  teller.tell('fairbairn/assessment', 60, { type: 'AssessTrust', relationshipId, by: doctor, ...assessed });
}

/** Dr. Rosewater complains. It is heard, mended and confirmed, and the next answer is a nine. */
function complaint(teller: Teller): void {
  const doctor = teller.party('rosewater', 'Dr. Anselm Rosewater');
  const relationshipId = teller.tie('rosewater/tie', doctor, 460);
  const said = { type: 'ReceiveFeedback', relationshipId, by: doctor } as const;
  teller.tell('rosewater/nps', 210, { ...said, kind: 'NPS', method: 'SURVEY', score: 3 });
  const text = 'Two of my patients waited more than three weeks, and nobody called me.';
  teller.tell('rosewater/complaint', 200, {
    ...said,
    kind: 'COMPLAINT',
    sentimentBp: -8000,
    theme: 'waiting time',
    text,
  });
  const feedbackId = teller.id('fbk', 'rosewater/complaint');
  const step = { relationshipId, feedbackId };
  teller.tell('rosewater/heard', 199, { type: 'AcknowledgeFeedback', ...step });
  teller.tell('rosewater/mended', 196, { type: 'ActionFeedback', ...step });
  const recovery = { by: teller.practice, to: doctor, kind: 'SERVICE_RECOVERY', asked: false } as const;
  teller.tell('rosewater/recovery', 196, { type: 'RecordTrustAction', relationshipId, ...recovery, customized: true });
  teller.tell('rosewater/resolved', 190, { type: 'ResolveFeedback', ...step });
  teller.tell('rosewater/confirmed', 182, { type: 'ConfirmFeedback', ...step });
  teller.tell('rosewater/nps-2', 60, { ...said, kind: 'NPS', method: 'SURVEY', score: 9 });
}

/** Dr. Quillfeather refers: one is sent on and closed, one leaks, one comes in thanks, one was seen before we heard. */
function referrals(teller: Teller): void {
  const doctor = teller.party('quillfeather', 'Dr. Petra Quillfeather');
  const rehab = teller.party('riverbend', 'Riverbend Rehabilitation', { kind: 'ORGANISATION' });
  const rival = teller.party('coastal', 'Coastal Surgical Group', { kind: 'ORGANISATION' });
  const relationshipId = teller.tie('quillfeather/tie', doctor, 400);
  const paper = { by: teller.practice, to: doctor, kind: 'EVIDENCE_SHARED', asked: false, customized: true } as const;
  teller.tell('quillfeather/paper', 170, { type: 'RecordTrustAction', relationshipId, ...paper });

  const made = (key: string, daysAgo: number, subjectRef: string, inThanks = false): ReferralId => {
    teller.tell(`quillfeather/${key}`, daysAgo, {
      type: 'MakeReferral',
      referrerId: doctor,
      subjectRef,
      targetId: teller.practice,
      serviceLine: 'orthopedics',
      urgency: 'ROUTINE',
      ...(inThanks
        ? { motive: 'GRATITUDE', inReturnFor: teller.eventOf('quillfeather/paper') }
        : { motive: 'EXPERTISE' }),
      relationshipId,
    });
    return teller.id('ref', `quillfeather/${key}`);
  };
  const steps = (key: string, referralId: ReferralId, ...all: readonly (readonly [ReferralStep, number])[]): void => {
    for (const [step, daysAgo] of all) {
      teller.tell(`quillfeather/${key}/${step}`, daysAgo, { type: 'RecordReferralStep', referralId, step });
    }
  };

  const sentOn = made('sent-on', 150, 'patient-204417');
  steps('sent-on', sentOn, ['SENT', 150], ['RECEIVED', 149]);
  const why = { toTargetId: rehab, reason: 'They can begin three weeks earlier.' };
  teller.tell('quillfeather/redirect', 146, { type: 'RedirectReferral', referralId: sentOn, ...why });
  const child = teller.id('ref', 'quillfeather/redirect');
  steps('child', child, ['SENT', 146], ['SEEN', 130], ['REPORTED', 125], ['ACKNOWLEDGED', 122], ['CLOSED', 118]);
  const amount = { amountMinor: 64_000, currency: 'USD' };
  teller.tell('quillfeather/child/paid', 90, {
    type: 'RealizeValue',
    referralId: child,
    amount,
    kind: 'REIMBURSEMENT',
  });

  const leaked = made('leaked', 110, 'patient-311080');
  steps('leaked', leaked, ['SENT', 110], ['ACCEPTED', 108]);
  const where = { toPartyId: rival, reason: 'They had an appointment the same week.' };
  teller.tell('quillfeather/leak', 101, { type: 'LeakReferral', referralId: leaked, ...where });

  const thanks = made('thanks', 95, 'patient-587602', true);
  steps('thanks', thanks, ['SENT', 95], ['SCHEDULED', 93], ['SEEN', 80], ['REPORTED', 78], ['ACKNOWLEDGED', 76]);
  const answer = 'OWN_DOCTOR';
  teller.tell('quillfeather/source', 80, { type: 'DeclareSource', referralId: thanks, point: 'INTAKE', answer });

  // The visit is told long after it was: it lands where it belongs, and what must have come before it is inferred.
  const late = made('late', 75, 'patient-660231');
  steps('late', late, ['SENT', 75], ['REPORTED', 40], ['SEEN', 55]);
}

/** Dr. Zamora is there twice, and becomes one. Dr. Kimura and Dr. Kimura are taken for one, and are two again. */
function doubles(teller: Teller): void {
  const touch = (key: string, relationshipId: RelationshipId, daysAgo: number): void => {
    const contact = { channel: 'PHONE_CALL', direction: 'OUTBOUND', intent: 'LISTEN', outcome: 'CONNECTED' } as const;
    teller.tell(key, daysAgo, { type: 'RecordTouch', relationshipId, ...contact, occurredAt: teller.on(daysAgo) });
  };
  const pair = (key: string, one: string, other: string): readonly [PartyId, PartyId] => {
    const first = teller.party(key, one);
    const second = teller.party(`${key}-2`, other);
    const ties = [teller.tie(`${key}/tie`, first, 420), teller.tie(`${key}-2/tie`, second, 350)] as const;
    for (const [index, daysAgo] of [380, 340, 300, 260, 220].entries()) {
      touch(`${key}/call-${String(index + 1)}`, ties[daysAgo < 350 ? index % 2 : 0]!, daysAgo);
    }
    return [first, second];
  };
  const [zamora, again] = pair('zamora', 'Dr. Goran Zamora', 'G. Zamora, MD');
  const evidence = 'One NPI, one address, and he says so himself.';
  teller.tell('zamora/merge', 100, { type: 'MergeParties', survivorId: zamora, absorbedId: again, evidence });

  const [hana, hanna] = pair('kimura', 'Dr. Hana Kimura', 'Dr. Hanna Kimura');
  const looks = 'The names are nearly the same.';
  teller.tell('kimura/merge', 80, { type: 'MergeParties', survivorId: hana, absorbedId: hanna, evidence: looks });
  const reason = 'Two sisters in two practices.';
  teller.tell('kimura/unmerge', 70, { type: 'UnmergeParties', absorbedId: hanna, reason });
}

/** Three patients with their needs and consents, and the health plan that pays for them. */
function patientsAndPayers(teller: Teller): void {
  const payer = teller.party('meridian', 'Meridian Health Plan', { kind: 'ORGANISATION' });
  teller.tie('meridian/tie', payer, 600, 'PAYER_PROVIDER');
  const patients = [
    ['varga', 'Tamsin Varga', 'transport'],
    ['birch', 'Oskar Birch', 'cost-of-care'],
    ['cordero', 'Imani Cordero', 'fear-of-surgery'],
  ] as const;
  for (const [index, [key, name, code]] of patients.entries()) {
    const partyId = teller.party(key, name, { roles: ['PATIENT'] });
    const relationshipId = teller.tie(`${key}/tie`, partyId, 320 - index * 40, 'CARE');
    teller.tell(`${key}/plan`, 315, {
      type: 'RecordAttribute',
      partyId,
      key: 'payer',
      value: 'Meridian Health Plan',
      source: 'registration desk',
    });
    const topic = index === 0 ? 'channel' : 'time of day';
    const value = index === 0 ? 'SMS' : 'after work';
    teller.tell(`${key}/preference`, 310, { type: 'RecordPreference', partyId, topic, value });
    const basis = index === 2 ? 'INFERRED' : 'STATED';
    teller.tell(`${key}/need`, 230, { type: 'IdentifyNeed', partyId, kind: 'PROBLEM', basis, code });
    if (index === 2) continue;
    const helped = { by: teller.practice, to: partyId, asked: false, customized: true } as const;
    const kind = index === 0 ? 'CARE' : 'PAYMENT_PLAN_OFFERED';
    const needId = teller.id('ned', `${key}/need`);
    teller.tell(`${key}/help`, 215, { type: 'RecordTrustAction', relationshipId, ...helped, kind, needId });
    teller.tell(`${key}/met`, 214, { type: 'MeetNeed', partyId, needId, byEventId: teller.eventOf(`${key}/help`) });
  }
}
