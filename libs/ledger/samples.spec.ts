import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import type { EventTypeSpec, Recorded } from '../event-sourcing/event.js';
import { fromMillis } from '../event-sourcing/instant.js';
import type { StreamDecider } from '../event-sourcing/stream-decider.js';
import { streamName } from '../event-sourcing/stream.js';
import type { Upcasters } from '../event-sourcing/upcaster.js';
import { Codec, type EncodedEvent, type Place } from '../event-store/codec.js';
import type { NewEvent } from '../event-store/event-store.js';
import {
  campaignDecider,
  concepts,
  eventTypes,
  metricDecider,
  partyDecider,
  referralDecider,
  relationshipDecider,
  upcasters,
} from './ledger.js';

interface Sample {
  readonly meta: Omit<NewEvent, 'data'>;
  readonly data: Readonly<Record<string, unknown>>;
}

const here = new URL('.', import.meta.url);
const sampleOf = (folder: string, type: string, version: number): Sample =>
  JSON.parse(readFileSync(new URL(`${folder}/samples/${type}.v${String(version)}.json`, here), 'utf8')) as Sample;
const bytesOf = ({ meta, data }: Sample): EncodedEvent => ({
  meta: Buffer.from(JSON.stringify(meta)),
  data: Buffer.from(JSON.stringify(data)),
});

const place: Place = {
  stream: streamName('sample', 'demo', 'x'),
  revision: 0,
  position: 1n,
  recordedAt: fromMillis(Date.UTC(2026, 0, 1)),
};
const codec = new Codec(eventTypes, upcasters);
const kept = concepts.flatMap(({ folder, events }) =>
  Object.entries<EventTypeSpec>(events).flatMap(([type, spec]) =>
    Array.from({ length: spec.version }, (_, index) => ({ folder, type, spec, version: index + 1 })),
  ),
);

describe('the samples of stored events', () => {
  it('are one per event type and version, and no other', () => {
    const files = concepts.flatMap(({ folder }) => readdirSync(new URL(`${folder}/samples/`, here)));
    expect(files.sort()).toEqual(kept.map(({ type, version }) => `${type}.v${String(version)}.json`).sort());
  });

  it.each(kept)('$type version $version reads for ever', ({ folder, type, version, spec }) => {
    const sample = sampleOf(folder, type, version);
    const recorded = codec.decode(bytesOf(sample), place);
    expect(recorded).toMatchObject({ ...sample.meta, type, schemaVersion: version, dataClass: spec.dataClass });
    if (version === spec.version) expect(recorded.data).toEqual(sample.data);
  });

  it.each(kept)('$type version $version shows each of its personal fields', ({ folder, type, version, spec }) => {
    const { data } = sampleOf(folder, type, version);
    for (const field of spec.personal) {
      const value = field.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], data);
      expect(typeof value).toBe('string');
    }
  });

  it.each(kept)('$type version $version has its fields explained in docs/events', ({ folder, type, version, spec }) => {
    const page = readFileSync(new URL(`../../docs/events/${folder}.md`, here), 'utf8');
    const section = page.split(/^## /m).find((text) => text.startsWith(`${type}\n`)) ?? '';
    const { data } = sampleOf(folder, type, version);
    for (const field of Object.keys(data)) expect(section).toContain(`| \`${field}\``);
    for (const field of spec.personal.filter((path) => !path.includes('.'))) {
      expect(section).toMatch(new RegExp(`\\| \`${field}\` +\\| \\*\\*personal\\*\\*`));
    }
  });

  it('tell a story that the deciders follow from its first event to its last', () => {
    const story = (decider: StreamDecider) =>
      kept
        .filter(({ type }) => decider.events.has(type))
        .map(({ folder, type, version }) => codec.decode(bytesOf(sampleOf(folder, type, version)), place))
        .sort((one, other) => (one.occurredAt < other.occurredAt ? -1 : 1))
        .reduce((state, event: Recorded) => decider.evolve(state, event), decider.initial());
    expect(story(partyDecider)).toMatchObject({ party: { registered: { kind: 'PERSON' } } });
    expect(story(campaignDecider)).toMatchObject({
      campaign: { state: 'ENDED', stateSince: '2025-03-29T08:00:00.000Z' },
      costs: { recorded: new Map([[expect.anything(), { facts: { amountMinor: 125_000 } }]]) },
      responses: new Map([[sampleOf('campaign', 'CampaignResponseRecorded', 1).data['responseId'], 'RETRACTED']]),
    });
    expect(story(referralDecider)).toMatchObject({
      referral: { made: { facts: { motive: 'OTHER' }, corrected: true }, retracted: true },
    });
    expect(story(metricDecider)).toMatchObject({
      metric: { published: new Map([[2, expect.any(String)]]), inForce: [] },
    });
    expect(story(relationshipDecider)).toMatchObject({
      tie: { stage: 'ENDED', endedAt: '2025-12-31T09:00:00.000Z', cadence: { intervalDays: 30 }, stewards: new Map() },
      touches: new Map([[sampleOf('touch', 'TouchRecorded', 1).data['touchId'], 'RETRACTED']]),
    });
  });

  it('would pass an upcaster if their shape had changed since, while their bytes stay', () => {
    // Suppose version 2 of TouchRecorded said how long in seconds.
    const changed: Upcasters = {
      TouchRecorded: [({ minutes, ...facts }) => ({ ...facts, seconds: Number(minutes) * 60 })],
    };
    const types = new Map(eventTypes).set('TouchRecorded', { version: 2, dataClass: 'HEALTH', personal: ['note'] });
    const bytes = bytesOf(sampleOf('touch', 'TouchRecorded', 1));
    const before = Buffer.from(bytes.data);
    const { data, schemaVersion } = new Codec(types, changed).decode(bytes, place);
    expect(data).toMatchObject({ seconds: 1500, channel: 'OTHER' });
    expect(data).not.toHaveProperty('minutes');
    expect(schemaVersion).toBe(1);
    expect(bytes.data).toEqual(before);
  });
});
