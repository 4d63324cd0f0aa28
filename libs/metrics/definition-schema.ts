import type { Schema } from './check-shape.js';
import { LONGEST_LOOKBACK_DAYS, MODELS } from './attribution/models.js';
import { CHANNELS, RELATIONSHIP_KINDS } from './fact.js';

const text = (description: string, maxLength = 2000): Schema => ({
  description,
  type: 'string',
  minLength: 1,
  maxLength,
});
const word = (description: string): Schema => ({
  description,
  type: 'string',
  pattern: '^[A-Za-z][A-Za-z0-9_-]{0,63}$',
});
const choice = (description: string, ...of: string[]): Schema => ({ description, type: 'string', enum: of });
const positive = (description: string): Schema => ({ description, type: 'number', exclusiveMinimum: 0, maximum: 1e6 });
const atLeast0 = (description: string): Schema => ({ description, type: 'number', minimum: 0, maximum: 1e6 });
const share = (description: string): Schema => ({
  description,
  type: 'number',
  exclusiveMinimum: 0,
  exclusiveMaximum: 1,
});
const byChannel = (description: string, value: Schema): Schema => ({
  description,
  type: 'object',
  propertyNames: { enum: CHANNELS },
  additionalProperties: value,
  minProperties: 1,
});
const relationshipKinds = (description: string): Schema => ({
  description,
  type: 'array',
  items: { type: 'string', enum: RELATIONSHIP_KINDS },
});
const object = (properties: { readonly [name: string]: Schema }, ...required: string[]): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const halfLifeDays = positive('Days after which something counts half.');
const when = text('Which facts count: a condition in CEL over the fields of a fact.');
const WEIGH: Schema = {
  description: 'How much a fact counts: a number, or an expression in CEL that gives one.',
  type: ['number', 'string'],
  minimum: 0,
  maximum: 1e6,
  minLength: 1,
  maxLength: 2000,
};

const component = (
  type: string,
  description: string,
  properties: { readonly [name: string]: Schema },
  ...required: string[]
): Schema => ({
  description,
  ...object(
    {
      type: { type: 'string', const: type },
      name: word('Unique in the definition.'),
      weight: atLeast0('Its share, relative to the others; 0: shown only.'),
      missing: choice('Without data: left out, counted as 0.5, or as 0.', 'EXCLUDE', 'NEUTRAL', 'ZERO'),
      relationshipKinds: relationshipKinds('Kinds of relationship that it applies to; absent: every one.'),
      when,
      weigh: WEIGH,
      ...properties,
    },
    ...['type', 'name', 'weight', ...required],
  ),
});

const components: readonly Schema[] = [
  component(
    'recency',
    'How long ago the last touch was.',
    {
      mode: choice('GRACE: 1 up to the cadence. AGE: falls from the touch on.', 'GRACE', 'AGE'),
      halfLifeDays,
      fromOpening: { description: 'The opening counts as a first mark.', type: 'boolean' },
    },
    'mode',
    'halfLifeDays',
  ),
  component(
    'frequency',
    'How the touches compare with the cadence.',
    { halfLifeDays, dedupeMinutes: positive('Touches this close on one channel count once.') },
    'halfLifeDays',
  ),
  component(
    'mix',
    'How the channels compare with the target, or how even they are.',
    {
      halfLifeDays,
      targetBp: byChannel('Target in basis points, 10000 in all.', { type: 'integer', minimum: 0, maximum: 10_000 }),
      fullAt: { description: 'Channels of a full mix.', type: 'integer', minimum: 2, maximum: CHANNELS.length },
      shrink: atLeast0('Touches at which half of the value is believed.'),
    },
    'halfLifeDays',
  ),
  component(
    'reciprocity',
    'Whether both sides come forward.',
    { halfLifeDays, ideal: share('The ideal share of what comes in.') },
    'halfLifeDays',
    'ideal',
  ),
  component(
    'trust',
    'The trust equation over what was done for trust.',
    {
      halfLifeDays,
      kappa: positive('Fresh actions that fill a dimension to 63 %.'),
      selfOrientationFloor: {
        description: 'Self-orientation of one who never asks.',
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 1,
      },
      asks: text('What counts as asking: a condition in CEL.'),
      gives: text('What counts as giving: a condition in CEL.'),
    },
    'halfLifeDays',
    'kappa',
    'selfOrientationFloor',
  ),
  component('commitments', 'Whether promises are kept.', {
    halfLifeDays,
    overdueWeight: atLeast0('What an overdue promise counts as broken.'),
  }),
  component(
    'feedback',
    'What was said.',
    {
      halfLifeDays,
      prior: { description: 'What is thought before.', type: 'number', minimum: 0, maximum: 1 },
      priorWeight: atLeast0('How much feedback that is worth.'),
      sentimentByKind: {
        description: 'Sentiment, in basis points, of feedback without one, by its kind.',
        type: 'object',
        additionalProperties: { type: 'number', minimum: -10_000, maximum: 10_000 },
      },
    },
    'prior',
    'priorWeight',
  ),
  component(
    'referral',
    'Whether they refer.',
    {
      mode: choice('Against a number, or against their own past.', 'TARGET', 'BASELINE'),
      halfLifeDays,
      target: positive('Of TARGET: decayed referrals that are full.'),
      baselineHalfLifeDays: positive('Of BASELINE: the half-life of the past.'),
      doublings: positive('Of BASELINE: doublings between as ever and full.'),
    },
    'mode',
    'halfLifeDays',
  ),
  component(
    'decayed',
    'Whatever a condition picks.',
    {
      halfLifeDays,
      saturation: {
        description: 'How the decayed sum becomes a value from 0 to 1.',
        ...object(
          {
            mode: choice('LINEAR: full at `full`. EXPONENTIAL: 63 % there.', 'LINEAR', 'EXPONENTIAL'),
            full: positive('The sum that it is about.'),
          },
          'mode',
          'full',
        ),
      },
      inverted: { description: 'More of it is worse.', type: 'boolean' },
    },
    'when',
    'halfLifeDays',
    'saturation',
  ),
];

/** The shape of a definition. definition.schema.json is this, for editors. */
export const DEFINITION_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A metric of relationships',
  ...object(
    {
      metric: word('Its name.'),
      description: text('What it is about.'),
      relationshipKinds: relationshipKinds(
        'Kinds of relationship that it is for; absent: every one not named elsewhere.',
      ),
      scoring: choice('WEIGHTED: the mean. WORST_OF: the lowest component.', 'WEIGHTED', 'WORST_OF'),
      cadenceDays: positive('Days between touches where none were promised.'),
      richness: byChannel('What `richness` is in expressions, by channel; 1 elsewhere.', atLeast0('How rich it is.')),
      components: { type: 'array', minItems: 1, maxItems: 40, items: { oneOf: components } },
      bands: {
        description: 'From the highest to the lowest, which starts at 0.',
        type: 'array',
        minItems: 1,
        maxItems: 20,
        items: object(
          {
            name: word('Its name.'),
            from: { description: 'Its lowest score.', type: 'number', minimum: 0, maximum: 100 },
          },
          'name',
          'from',
        ),
      },
      caps: {
        description: 'What holds the score down.',
        type: 'array',
        maxItems: 20,
        items: object(
          {
            name: word('Its name.'),
            at: { description: 'The highest score there can be.', type: 'number', minimum: 0, maximum: 100 },
            whileOpen: text('Which feedback, until it is settled: a condition in CEL.'),
          },
          'name',
          'at',
          'whileOpen',
        ),
      },
    },
    'metric',
    'components',
    'bands',
  ),
};

/** The shape of a definition of how credit is split. attribution.schema.json is this, for editors. */
export const ATTRIBUTION_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A way to split the credit for outcomes',
  ...object(
    {
      metric: word('Its name.'),
      description: text('What it is about.'),
      attribution: {
        description: 'The model and its parameters.',
        ...object(
          {
            model: choice('How credit is split.', ...MODELS),
            lookbackDays: {
              description: 'What happened in so many days up to an outcome belongs to its journey; 90 when absent.',
              type: 'integer',
              minimum: 1,
              maximum: LONGEST_LOOKBACK_DAYS,
            },
            halfLifeDays: positive('Of TIME_DECAY: days after which a touch earns half; 7 when absent.'),
            firstShare: share('Of POSITION: what the first touch earns; .4 when absent.'),
            lastShare: share('Of POSITION: what the last touch earns; .4 when absent.'),
          },
          'model',
        ),
      },
    },
    'metric',
    'attribution',
  ),
};
