import { isDeepStrictEqual } from 'node:util';
import { slice, type CommandOf } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { present } from '../present.js';
import { invalid } from '../refusals.js';
import { ofKnown, type PartyStream } from './party.js';
import type { profileCommands } from './profile.inputs.js';

/** What is known of a party over a stretch of time. */
export interface Attribute {
  readonly key: string;
  readonly value: string;
  readonly unit?: string;
  readonly validFrom: Instant;
  /** Exclusive; absent: until another value of the key is valid. */
  readonly validTo?: Instant;
  /** Who says so. */
  readonly source: string;
}

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type ProfileEvent =
  Event<'AttributeRecorded', Attribute> | Event<'PreferenceRecorded', { topic: string; value: string }>;

export type ProfileCommand = CommandOf<typeof profileCommands>;

export interface Profile {
  /** What was recorded last of each key for the time from a moment on. */
  readonly attributes: Map<string, Attribute>;
  /** By topic, the latest by business time. */
  readonly preferences: Map<string, { readonly value: string; readonly at: Instant }>;
}

export const profile = slice<Profile, ProfileEvent, ProfileCommand, PartyStream>({
  events: {
    AttributeRecorded: { version: 1, dataClass: 'HEALTH', personal: ['value'] },
    PreferenceRecorded: { version: 1, dataClass: 'PERSONAL', personal: ['value'] },
  },

  initial: () => ({ attributes: new Map(), preferences: new Map() }),

  decide: {
    RecordAttribute: ofKnown(({ profile }, { key, value, unit, validFrom, validTo, source }, context) => {
      const attribute = present({ key, value, unit, validFrom: validFrom ?? context.occurredAt, validTo, source });
      if (attribute.validTo && attribute.validTo <= attribute.validFrom) {
        return invalid(['validTo'], 'What is valid ends after it begins.');
      }
      const known = profile.attributes.get(placeOf(attribute));
      return isDeepStrictEqual(known, attribute) ? [] : [event('AttributeRecorded', attribute)];
    }),

    RecordPreference: ofKnown(({ profile }, { topic, value }, { occurredAt }) => {
      const known = profile.preferences.get(topic);
      return known?.value === value && known.at <= occurredAt ? [] : [event('PreferenceRecorded', { topic, value })];
    }),
  },

  evolve: {
    AttributeRecorded(profile, { data }) {
      profile.attributes.set(placeOf(data), data);
      return profile;
    },
    PreferenceRecorded(profile, { data: { topic, value }, occurredAt }) {
      const known = profile.preferences.get(topic);
      if (!known || occurredAt >= known.at) profile.preferences.set(topic, { value, at: occurredAt });
      return profile;
    },
  },
});

const placeOf = ({ key, validFrom }: Attribute): string => `${validFrom} ${key}`;
