import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type RelationshipId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import { cursorOf, type Ordering } from '../ordering.js';
import { day, GivenLedger, partyId, relationshipId, SAID, TENANT, touchId } from '../testing/given-ledger.js';
import { byDue, byLastTouch } from '../touch-frequency/standing.js';
import {
  affiliationsOf,
  byRegistration,
  contactPointsOf,
  countParties,
  identitiesOf,
  partyByIdentity,
  partyPage,
} from './party-queries.js';
import {
  byOpening,
  countRelationships,
  countRelationshipsOf,
  matching,
  relationshipPage,
  relationshipPagesOf,
  relationshipsById,
  stagesOf,
  stewardsOf,
  type RelationshipFilter,
  type RelationshipRow,
} from './relationship-queries.js';

const NOW = day(0);
const opened = (
  id: RelationshipId,
  days: number,
  more: { a?: string; b?: string; kind?: 'CARE' | 'PEER' } = {},
): LedgerEvent =>
  event(
    'RelationshipOpened',
    {
      relationshipId: id,
      a: partyId(more.a ?? 'we'),
      b: partyId(more.b ?? 'they'),
      kind: more.kind ?? 'CARE',
      intent: 'RELATIONAL',
    } as const,
    day(days),
  );
const registered = (name: string, days: number, role: 'PATIENT' | 'PRACTITIONER' = 'PATIENT'): LedgerEvent =>
  event(
    'PartyRegistered',
    { partyId: partyId(name), kind: 'PERSON', displayName: name, roles: [role] } as const,
    day(days),
  );

describe('the directory', () => {
  let ledger: GivenLedger;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
  });
  afterAll(() => ledger.close());

  it('knows a party, its names, the ways to reach it, and where it belongs', async () => {
    const id = partyId('ann');
    const [cpt, other, aff] = [deriveId('cpt', '1'), deriveId('cpt', '2'), deriveId('aff', '1')];
    const clinic = partyId('clinic');
    await ledger.record(
      id,
      registered('ann', 1, 'PRACTITIONER'),
      event('PartyIdentified', { system: 'MRN', value: 'a-1' }, day(1)),
      event('ContactPointAdded', { contactPointId: cpt, kind: 'EMAIL', value: 'ann@example.org' } as const, day(2)),
      event(
        'ContactPointAdded',
        { contactPointId: other, kind: 'FAX', value: '+1 555', label: 'desk' } as const,
        day(2),
      ),
      event('ContactPointVerified', { contactPointId: cpt }, day(3)),
      event('ContactPointInvalidated', { contactPointId: other, reason: 'No answer.' }, day(4)),
      event('AffiliationStarted', { affiliationId: aff, organizationId: clinic, position: 'surgeon' }, day(5)),
      event('AffiliationEnded', { affiliationId: aff, organizationId: clinic }, day(6)),
    );
    await ledger.shown();
    const party = await partyByIdentity(ledger.db, TENANT, 'MRN', 'a-1');
    expect(party).toMatchObject({
      id,
      kind: 'PERSON',
      displayName: 'ann',
      roles: ['PRACTITIONER'],
      registeredAt: day(1),
    });
    expect(await partyByIdentity(ledger.db, TENANT, 'MRN', 'A-1')).toBeNull();
    expect(await partyByIdentity(ledger.db, 'other', 'MRN', 'a-1')).toBeNull();
    expect(await identitiesOf(ledger.db, TENANT, [id])).toMatchObject([
      { owner: id, system: 'MRN', value: 'a-1', identifiedAt: day(1) },
    ]);
    expect(await contactPointsOf(ledger.db, TENANT, [id])).toMatchObject([
      { id: cpt, kind: 'EMAIL', label: null, verifiedAt: day(3), invalidatedAt: null },
      { id: other, kind: 'FAX', label: 'desk', invalidatedAt: day(4), invalidatedReason: 'No answer.' },
    ]);
    expect(await affiliationsOf(ledger.db, TENANT, [id])).toMatchObject([
      { owner: id, id: aff, organizationId: clinic, held: 'surgeon', startedAt: day(5), endedAt: day(6) },
    ]);
  });

  it('lists parties by role, in order, with ties', async () => {
    const all = ['pa 1', 'pa 2', 'pa 3', 'pa 4'];
    for (const [i, name] of all.entries()) await ledger.record(partyId(name), registered(name, i === 0 ? 100 : 101));
    await ledger.shown();
    const ordering = byRegistration('DESC');
    const filter = { role: 'PATIENT' } as const;
    const rows = await partyPage(ledger.db, TENANT, filter, ordering, { first: 2, after: undefined });
    expect(rows.map(({ displayName }) => displayName).slice(0, 3)).toEqual(['pa 4', 'pa 3', 'pa 2']);
    const after = cursorOf(rows[1]!.registeredAt, rows[1]!);
    const next = await partyPage(ledger.db, TENANT, filter, ordering, { first: 2, after });
    expect(next.map(({ displayName }) => displayName)).toEqual(['pa 2', 'pa 1']);
    expect(await countParties(ledger.db, TENANT, filter)).toBe(4);
    expect(await countParties(ledger.db, TENANT, { ...filter, kind: 'HOUSEHOLD' })).toBe(0);
  });

  it('follows a relationship from its opening to its end', async () => {
    const id = relationshipId('through');
    const [ann, ben] = [partyId('ann'), partyId('ben')];
    const shown = async () => {
      await ledger.shown();
      return (await relationshipsById(ledger.db, TENANT, [id]))[0];
    };
    await ledger.record(id, opened(id, 0));
    expect(await shown()).toMatchObject({ aId: partyId('we'), stage: 'PROSPECT', openedAt: day(0), endedAt: null });
    await ledger.record(
      id,
      event('StageChanged', { from: 'PROSPECT', to: 'TRUSTED', reason: 'Time.' } as const, day(1)),
      event('ChannelMixTargetSet', { sharesBp: { EMAIL: 4000, MEAL: 6000 } }, day(1)),
      event('StewardAssigned', { stewardId: ann, role: 'PRIMARY' } as const, day(1)),
      event('StewardAssigned', { stewardId: ben, role: 'BACKUP' } as const, day(2)),
      event(
        'StewardHandedOver',
        { fromStewardId: ann, stewardId: ben, role: 'PRIMARY', warmIntro: true } as const,
        day(3),
      ),
      event('RelationshipLapsed', { from: 'TRUSTED' } as const, day(4)),
    );
    expect(await shown()).toMatchObject({ stage: 'DORMANT', channelMixTarget: { EMAIL: 4000, MEAL: 6000 } });
    await ledger.record(id, event('RelationshipReactivated', { to: 'TRUSTED' } as const, day(5)));
    expect(await shown()).toMatchObject({ stage: 'TRUSTED' });
    await ledger.record(
      id,
      event('StewardReleased', { stewardId: ben, role: 'PRIMARY' } as const, day(6)),
      event('RelationshipEnded', { from: 'TRUSTED', manner: 'GRACEFUL' } as const, day(7)),
    );
    expect(await shown()).toMatchObject({ stage: 'ENDED', endedAt: day(7), endingManner: 'GRACEFUL' });
    expect((await stagesOf(ledger.db, TENANT, [id])).map(({ stage, since }) => [stage, since])).toEqual([
      ['PROSPECT', day(0)],
      ['TRUSTED', day(1)],
      ['DORMANT', day(4)],
      ['TRUSTED', day(5)],
      ['ENDED', day(7)],
    ]);
    expect(await stewardsOf(ledger.db, TENANT, [id])).toEqual([
      { owner: id, stewardId: ann, role: 'PRIMARY', since: day(1), until: day(3), warmIntro: null },
      { owner: id, stewardId: ben, role: 'BACKUP', since: day(2), until: day(3), warmIntro: null },
      { owner: id, stewardId: ben, role: 'PRIMARY', since: day(3), until: day(6), warmIntro: true },
    ]);
  });

  describe('lists relationships', () => {
    // Two tied by every key, one never touched and without a cadence, one more of another kind.
    const all = ['li a', 'li b', 'li none', 'li late'].map((name) => relationshipId(name));
    const [a, b, none, late] = all as [RelationshipId, RelationshipId, RelationshipId, RelationshipId];
    const mine: RelationshipFilter = { partyId: partyId('lister') };

    beforeAll(async () => {
      const cadence = event('CadenceSet', { intervalDays: 10, graceDays: 2 }, day(200));
      const touched = (name: string, days: number) =>
        event('TouchRecorded', { touchId: touchId(name), ...SAID }, day(days));
      const steward = event('StewardAssigned', { stewardId: partyId('carer'), role: 'BACKUP' } as const, day(200));
      await ledger.record(none, opened(none, 201, { a: 'lister' }));
      await ledger.record(a, opened(a, 200, { a: 'lister' }), cadence, touched('li a', 210), steward);
      await ledger.record(b, opened(b, 200, { b: 'lister' }), cadence, touched('li b', 210), steward);
      await ledger.record(late, opened(late, 199, { a: 'lister', kind: 'PEER' }), cadence, touched('li late', 220));
      await ledger.shown();
    });

    const moments = {
      opening: { by: byOpening, moment: (row: RelationshipRow) => row.openedAt },
      lastTouch: { by: byLastTouch, moment: (row: RelationshipRow) => row.lastTouchAt },
      due: { by: byDue, moment: (row: RelationshipRow) => row.dueAt },
    };

    /** Page by page of one. */
    async function walk(ordering: Ordering, moment: (row: RelationshipRow) => Instant | null) {
      const found: string[] = [];
      for (let after: ReturnType<typeof cursorOf> | undefined; ;) {
        const selection = matching(TENANT, mine, NOW);
        const [row] = await relationshipPage(ledger.db, TENANT, selection, ordering, { first: 1, after });
        if (!row) return found;
        found.push(row.id);
        after = cursorOf(moment(row), row);
      }
    }

    it.each([
      ['opening', [late, a, b, none]],
      ['lastTouch', [none, a, b, late]],
      ['due', [a, b, late, none]],
    ] as const)('by %s, both ways, page by page', async (key, ascending) => {
      const { by, moment } = moments[key];
      expect(await walk(by('ASC'), moment)).toEqual(ascending);
      expect(await walk(by('DESC'), moment)).toEqual([...ascending].reverse());
    });

    it.each<[string, RelationshipFilter, readonly RelationshipId[]]>([
      ['steward', { stewardId: partyId('carer') }, [a, b]],
      ['kind', { kind: 'PEER', ...mine }, [late]],
      ['stage', { stage: 'ENDED', ...mine }, []],
      ['status ON_TRACK', { status: 'ON_TRACK', ...mine }, [late]],
      ['status OVERDUE', { status: 'OVERDUE', ...mine }, [a, b]],
      ['status DUE', { status: 'DUE', ...mine }, []],
    ])('by %s', async (_, filter, expected) => {
      const selection = matching(TENANT, filter, day(225));
      const ordering = byOpening('ASC');
      const rows = await relationshipPage(ledger.db, TENANT, selection, ordering, { first: 9, after: undefined });
      expect(rows.map(({ id }) => id)).toEqual(expected);
      expect(await countRelationships(ledger.db, TENANT, selection, ordering)).toBe(expected.length);
    });

    it('of many parties at once', async () => {
      const parties = [partyId('lister'), partyId('nobody')];
      const rows = await relationshipPagesOf(ledger.db, TENANT, parties, { first: 4, after: undefined });
      expect(rows.map(({ owner, id }) => [owner, id])).toEqual([none, b, a, late].map((id) => [partyId('lister'), id]));
      expect(await countRelationshipsOf(ledger.db, TENANT, parties)).toEqual([{ id: partyId('lister'), count: 4 }]);
    });
  });
});
