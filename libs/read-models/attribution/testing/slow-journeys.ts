import { toMillis } from '../../../event-sourcing/instant.js';
import { ReferralProgress } from '../../../ledger/referral/referral.words.js';
import type { Amount, Journey } from '../../../metrics/attribution/journey.js';
import { day } from '../../testing/given-ledger.js';
import type { JourneyFilter } from '../journeys.js';
import {
  campaignOf,
  doctor,
  EXIT_AT,
  kindOf,
  patient,
  referralOf,
  responder,
  responseOf,
  steward,
  touchOf,
  type Story,
  type ToldReferral,
} from './stories.js';

const DAY_MS = 86_400_000;
const ms = (days: number): number => toMillis(day(days));

interface End {
  readonly n: number | null;
  readonly atMs: number;
  readonly won: boolean;
  readonly values: readonly Amount[];
}

/** Straight from the words of the domain, one referral and one touch after the other. */
export const slowJourneys = (stories: readonly Story[], filter: JourneyFilter): Journey[] =>
  stories.flatMap((story) => [
    ...story.referrals.flatMap((told, n) =>
      told.retracted
        ? []
        : endsOf(told, n, filter)
            .filter(({ atMs }) => inWindow(atMs, filter))
            .map((end) => {
              const party =
                filter.by === 'SOURCE' ? patient(story, told.subject) : one(story, doctor(story, told.referrer));
              return journey(story, filter, end, party, told);
            }),
    ),
    ...idle(story, filter),
  ]);

const inWindow = (atMs: number, { from, to }: JourneyFilter): boolean =>
  (from === null || atMs >= toMillis(from)) && atMs < toMillis(to);

const one = (story: Story, id: string): string => (story.merged && id === doctor(story, 2) ? doctor(story, 0) : id);

const PROGRESS: readonly string[] = Object.values(ReferralProgress);

function endsOf(
  { steps, made, values, exit }: ToldReferral,
  n: number,
  { outcome, lost, lookbackDays }: JourneyFilter,
): End[] {
  const worth = values.map(({ amount, currency, at }) => ({ currency, amountMinor: BigInt(amount), at }));
  const summed = ['EUR', 'USD'].flatMap((currency) => {
    const some = worth.filter((value) => value.currency === currency);
    const amountMinor = some.reduce((sum, value) => sum + value.amountMinor, 0n);
    return some.length === 0 ? [] : [{ currency, amountMinor }];
  });
  const won = (at: number): End[] => [{ n, atMs: ms(at), won: true, values: summed }];
  if (outcome === 'MADE') return won(made);
  if (outcome === 'VALUE' && worth.length > 0) {
    return worth.map(({ at, ...amount }) => ({ n, atMs: ms(at), won: true, values: [amount] }));
  }
  const goal = outcome === 'VALUE' ? [] : PROGRESS.slice(PROGRESS.indexOf(outcome));
  for (const progress of goal) {
    const reached = steps.find(([step]) => step === progress);
    if (reached) return won(reached[1]);
  }
  if (!lost || exit === 'CANCELLED') return [];
  return [{ n, atMs: exit ? ms(EXIT_AT) : ms(made) + lookbackDays * DAY_MS, won: false, values: [] }];
}

/** Partners with whom there is a tie, and who made no referral in the lookback before the end of the window. */
function idle(story: Story, filter: JourneyFilter): Journey[] {
  const { outcome, by, to, lost, lookbackDays } = filter;
  if (outcome !== 'MADE' || by === 'SOURCE' || !lost) return [];
  const partners = [0, 1, 2].filter((tie) => kindOf(tie) !== 'PEER').map((tie) => one(story, doctor(story, tie)));
  const toMs = toMillis(to);
  const referred = story.referrals
    .filter(({ made, retracted }) => !retracted && ms(made) < toMs && ms(made) > toMs - lookbackDays * DAY_MS)
    .map(({ referrer }) => one(story, doctor(story, referrer)));
  return [...new Set(partners)]
    .filter((partner) => !referred.includes(partner))
    .map((partner) => journey(story, filter, { n: null, atMs: toMs - 1, won: false, values: [] }, partner));
}

function journey(story: Story, filter: JourneyFilter, end: End, party: string, told?: ToldReferral): Journey {
  const { atMs, won, values } = end;
  const accepted = told?.steps.find(([step]) => step === 'ACCEPTED')?.[1];
  const found = [
    ...(filter.by === 'SOURCE' ? sources : contacts)(story, filter, end, party),
    ...answers(story, filter, party),
  ];
  const within = (touch: { readonly atMs: number; readonly own?: boolean }) =>
    touch.own === true || (touch.atMs <= atMs && touch.atMs > atMs - filter.lookbackDays * DAY_MS);
  const touchpoints = found
    .filter(within)
    .sort((x, y) => x.atMs - y.atMs || (x.id < y.id ? -1 : 1))
    .map(({ key, atMs }) => ({ key, atMs }));
  return {
    touchpoints,
    atMs,
    madeAtMs: told && ms(told.made),
    acceptedAtMs: accepted === undefined ? undefined : ms(accepted),
    conversions: won ? 1 : 0,
    nulls: won ? 0 : 1,
    values,
  };
}

function contacts(story: Story, { by }: JourneyFilter, _: End, party: string) {
  return story.touches.flatMap((told, n) => {
    if (told.retracted || told.outcome === 'AUTOMATED' || one(story, doctor(story, told.tie)) !== party) return [];
    const keys = {
      CHANNEL: told.channel,
      INTENT: told.intent,
      STEWARD: steward(story, told.at >= story.handedOver[told.tie]! ? 1 : 0),
      CAMPAIGN: told.inCampaign ? campaignOf(story) : null,
      SOURCE: null,
    };
    return [{ id: touchOf(story, n), atMs: ms(told.at), key: keys[by], own: false }];
  });
}

function sources(story: Story, _: JourneyFilter, end: End, party: string) {
  return story.referrals.flatMap(({ retracted, subject, made, credited, referrer }, n) => {
    if (retracted || patient(story, subject) !== party) return [];
    const own = n === end.n;
    const atMs = own ? Math.min(ms(made), end.atMs) : ms(made);
    return [{ id: referralOf(story, n), atMs, key: one(story, doctor(story, credited ?? referrer)), own }];
  });
}

function answers(story: Story, { by }: JourneyFilter, party: string) {
  const campaign = campaignOf(story);
  const key = { CHANNEL: 'EMAIL', INTENT: null, STEWARD: null, CAMPAIGN: campaign, SOURCE: campaign }[by];
  return story.responses.flatMap(({ by, at, automated, retracted }, n) =>
    automated || retracted || one(story, responder(story, by)) !== party
      ? []
      : [{ id: responseOf(story, n), atMs: ms(at), key, own: false }],
  );
}
