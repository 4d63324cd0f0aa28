import { describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import type { PartyId, RelationshipId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { askable } from '../testing/askable.module.js';
import { day, GivenLedger, partyId, relationshipId, SAID, touchId } from '../testing/given-ledger.js';

describe('the bond between a party and a steward', () => {
  it('tells how much of a bond is with one steward', async () => {
    const [one, two, client] = [relationshipId('bond 1'), relationshipId('bond 2'), partyId('bond client')];
    const [cora, dan] = [partyId('cora'), partyId('dan')];
    const opened = (id: RelationshipId) =>
      event(
        'RelationshipOpened',
        {
          relationshipId: id,
          a: partyId('we'),
          b: client,
          kind: id === one ? 'CARE' : 'VENDOR',
          intent: 'UNKNOWN',
        } as const,
        day(0),
      );
    const talked = (name: string, days: number) =>
      event('TouchRecorded', { touchId: touchId(`bond ${name}`), ...SAID } as const, day(days));
    const handed = { fromStewardId: dan, stewardId: cora, role: 'PRIMARY', warmIntro: true } as const;
    const ledger = await GivenLedger.open();
    ledger.project();
    await ledger.record(
      one,
      opened(one),
      event('StewardAssigned', { stewardId: dan, role: 'PRIMARY' } as const, day(1)),
      talked('dan', 5),
      event('StewardHandedOver', handed, day(10)),
      talked('cora', 15),
      talked('both', 25),
    );
    await ledger.record(
      two,
      opened(two),
      event('StewardAssigned', { stewardId: cora, role: 'PRIMARY' } as const, day(20)),
      talked('both', 25),
      talked('late', 50),
    );
    await ledger.shown();
    const read = await askable(ledger);
    const bond = async (stewardId: PartyId, asOf: Instant) => {
      const query = `query ($partyId: ID!, $stewardId: ID!, $asOf: DateTime) {
        stewardBond(partyId: $partyId, stewardId: $stewardId, asOf: $asOf) {
          carriedSince daysCarried touches shareBp handOvers warmHandOvers } }`;
      const { data, errors } = await read.ask(query, { partyId: client, stewardId, asOf });
      expect(errors).toBeUndefined();
      return data?.['stewardBond'];
    };
    expect(await bond(cora, day(40))).toEqual({
      ...{ carriedSince: day(10), daysCarried: 30, touches: 2, shareBp: 6667, handOvers: 1, warmHandOvers: 1 },
    });
    expect(await bond(dan, day(40))).toEqual({
      ...{ carriedSince: day(1), daysCarried: 9, touches: 1, shareBp: 3333, handOvers: 0, warmHandOvers: 0 },
    });
    expect(await bond(cora, day(8))).toMatchObject({ carriedSince: null, daysCarried: 0, touches: 0, shareBp: 0 });
    await read.close();
    await ledger.close();
  });
});
