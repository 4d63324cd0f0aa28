import type { CampaignId, PartyId } from '../event-sourcing/id.js';
import type { Teller } from './teller.js';

const INVITED = ['Lale Ekholm', 'Niall Farrow', 'Rana Ibarra', 'Theo Galanis', 'Wanda Moreau', 'Yusuf Pemberton'];

/** One that worked: an evening for those who wanted to come. And one that did not: spots on the radio for everybody. */
export function campaigns(teller: Teller): void {
  const invited = INVITED.map((name, index) => {
    const key = `invited-${String(index + 1)}`;
    const partyId = teller.party(key, `Dr. ${name}`);
    return { key, partyId, relationshipId: teller.tie(`${key}/tie`, partyId, 440) };
  });
  const evening = planned(teller, 'evening', 'An evening on recovery times', 270, {
    audience: 'Physicians who asked about recovery',
    partyIds: invited.map(({ partyId }) => partyId),
    channels: ['EMAIL', 'EVENT'],
    budgetMinor: 300_000,
  });
  for (const { key, partyId, relationshipId } of invited) {
    const basis = 'Ticked on the card at the last visit.';
    const consent = { type: 'GrantConsent', partyId, purpose: 'MARKETING', channel: 'EMAIL', basis } as const;
    teller.tell(`${key}/consent`, 300, consent);
    teller.tell(`${key}/invitation`, 262, {
      type: 'RecordTouch',
      relationshipId,
      channel: 'EMAIL',
      direction: 'OUTBOUND',
      intent: 'GIVE',
      outcome: 'CONNECTED',
      function: 'MARKETING',
      campaignId: evening,
      // Named, though the tie says so too: whoever reads the story in parts must know that consent comes first.
      participants: [
        { partyId: teller.practice, side: 'A' },
        { partyId, side: 'B' },
      ],
      occurredAt: teller.on(262),
    });
  }
  for (const [index, kind] of (['ATTENDED', 'ATTENDED', 'ATTENDED', 'REPLIED'] as const).entries()) {
    responded(teller, evening, `invited-${String(index + 1)}/response`, invited[index]!.partyId, kind, 240);
  }
  cost(teller, evening, 'evening/room', 120_000, 'EVENT', 245);
  cost(teller, evening, 'evening/print', 85_000, 'PRINT', 258);
  teller.add('evening/refund', {
    type: 'RefundCampaignCost',
    campaignId: evening,
    costId: teller.id('cst', 'evening/room'),
    reason: 'The room was smaller than booked.',
    amount: { amountMinor: 15_000, currency: 'USD' },
    refundedOn: teller.on(232).slice(0, 10),
  });
  for (const [index, { key, partyId, relationshipId }] of invited.slice(0, 2).entries()) {
    teller.tell(`${key}/referral`, 220 - index * 9, {
      type: 'MakeReferral',
      referrerId: partyId,
      subjectRef: `patient-70${String(index)}118`,
      targetId: teller.practice,
      serviceLine: 'orthopedics',
      urgency: 'ROUTINE',
      motive: 'EXPERTISE',
      relationshipId,
    });
  }
  teller.tell('evening/end', 215, { type: 'EndCampaign', campaignId: evening });

  const radio = planned(teller, 'radio', 'Radio spots', 150, {
    audience: 'Everybody in the county',
    channels: ['ADVERTISEMENT'],
    budgetMinor: 600_000,
  });
  cost(teller, radio, 'radio/spots', 640_000, 'ADVERTISING', 140);
  const listener = teller.party('listener', 'Delia Ashdown', { roles: ['PATIENT'] });
  responded(teller, radio, 'radio/click', listener, 'CLICKED', 132);
  responded(teller, radio, 'radio/scanner', listener, 'AUTOMATED', 132);
  const [first] = invited;
  teller.tell('radio/annoyed', 130, {
    type: 'ReceiveFeedback',
    relationshipId: first!.relationshipId,
    by: first!.partyId,
    kind: 'IRRELEVANT_OUTREACH',
    method: 'CONVERSATION',
    theme: 'radio spots',
    sentimentBp: -4000,
  });
  const withdrawn = { purpose: 'MARKETING', channel: 'EMAIL', basis: 'Said so on the phone.' } as const;
  teller.tell('radio/withdrawn', 129, { type: 'WithdrawConsent', partyId: invited[5]!.partyId, ...withdrawn });
  teller.tell('radio/end', 112, { type: 'EndCampaign', campaignId: radio });
}

interface Plan {
  readonly audience: string;
  readonly partyIds?: readonly PartyId[];
  readonly channels: readonly ('EMAIL' | 'EVENT' | 'ADVERTISEMENT')[];
  readonly budgetMinor: number;
}

/** Planned so many days ago, and launched two days later. */
function planned(teller: Teller, key: string, name: string, daysAgo: number, plan: Plan): CampaignId {
  const { audience, partyIds, channels, budgetMinor } = plan;
  teller.tell(key, daysAgo, {
    type: 'PlanCampaign',
    name,
    audiences: [{ name: audience, ...(partyIds && { partyIds }) }],
    channels,
    window: { from: teller.on(daysAgo - 2), to: teller.on(daysAgo - 60) },
    budget: { amountMinor: budgetMinor, currency: 'USD' },
  });
  const campaignId = teller.id('cmp', key);
  teller.tell(`${key}/launch`, daysAgo - 2, { type: 'LaunchCampaign', campaignId });
  return campaignId;
}

function cost(
  teller: Teller,
  campaignId: CampaignId,
  key: string,
  amountMinor: number,
  kind: 'EVENT' | 'PRINT' | 'ADVERTISING',
  daysAgo: number,
): void {
  const incurredOn = teller.on(daysAgo).slice(0, 10);
  teller.add(key, {
    type: 'RecordCampaignCost',
    campaignId,
    amount: { amountMinor, currency: 'USD' },
    kind,
    incurredOn,
  });
}

function responded(
  teller: Teller,
  campaignId: CampaignId,
  key: string,
  partyId: PartyId,
  kind: 'ATTENDED' | 'REPLIED' | 'CLICKED' | 'AUTOMATED',
  daysAgo: number,
): void {
  const occurredAt = teller.on(daysAgo);
  teller.tell(key, daysAgo, { type: 'RecordCampaignResponse', campaignId, partyId, kind, occurredAt });
}
