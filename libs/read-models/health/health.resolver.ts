import { Args, Context, ID, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CallerContext } from '../../access/caller.js';
import { fromMillis, toMillis, type Instant } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { RequestError } from '../../graphql/request-error.js';
import { nearest } from '../../graphql/unreadable.js';
import type { ExplainedLine, VersionInForce } from '../../metrics/explain.js';
import type { Fact } from '../../metrics/fact.js';
import { history, momentsBetween } from '../../metrics/history.js';
import { inWords } from '../../metrics/reasons.js';
import type { MetricState } from '../../metrics/state.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Relationship } from '../directory/relationship.types.js';
import { ReadDatabase } from '../read-database.js';
import { always, loadDefinitions, referenceOf, type Definitions, type Published } from './definitions.js';
import { evidenceAt, explained, healthAt, nextBandChange, reasonsFor, stateAt } from './health.js';
import {
  Health,
  HealthArguments,
  HealthChange,
  HealthComponent,
  HealthHistoryArguments,
  HealthPoint,
  HealthSpanArguments,
} from './health.types.js';
import { loadFacts, loadState } from './loaders.js';

interface HealthRow extends Omit<Health, 'components' | 'definition' | 'factCount'> {
  readonly definition: Published;
  readonly components: readonly ComponentRow[];
  readonly asOfMs: number;
  readonly state: MetricState;
  /** For whoever asks for more than the state tells. */
  readonly facts: () => Promise<readonly Fact[]>;
  /** What was in force when; only the version that was asked for, where one was. */
  readonly versions: () => readonly VersionInForce[];
}

interface ComponentRow extends HealthComponent {
  /** By component; computed for whoever asks. */
  readonly evidence: () => Promise<ReadonlyMap<string, readonly Fact[]>>;
}

const MOST_POINTS = 500;

@Resolver(() => Relationship)
export class RelationshipHealthResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('facts', 'metric_definitions')
  @ResolveField(() => Health, {
    nullable: true,
    description: 'How it is, by a definition of a metric; null when none is for its kind.',
  })
  async health(
    @Parent() { id, kind, isJoined }: RelationshipRow,
    @Args() { asOf, asKnown, definition: reference }: HealthArguments,
    @Context() context: CallerContext,
  ): Promise<HealthRow | null> {
    const definitions = await loadDefinitions(this.db, context);
    const at = asOf ? toMillis(asOf) : Date.now();
    const asked = reference ? named(definitions, reference) : undefined;
    const definition = asked ?? definitions.forKind(kind, at);
    if (!definition) return null;
    const facts = () => loadFacts(this.db, context, isJoined, asKnown).load(id);
    // What is kept is of those that stand by themselves, and of what is known now.
    const edition = isJoined || asKnown ? undefined : definitions.editionBy(definition);
    const kept = edition === undefined ? undefined : await loadState(this.db, context, id, edition, definition, at);
    const state = kept ?? stateAt(definition, await facts(), at);
    let found: ReturnType<ComponentRow['evidence']> | undefined;
    const evidence = () => (found ??= facts().then((all) => evidenceAt(definition, all, at)));
    const value = healthAt(definition, state, at);
    return {
      ...value,
      components: value.components.map((component) => ({ ...component, evidence })),
      ...{ state, facts, definition, asOfMs: at, asOf: asOf ?? fromMillis(at), asKnown: asKnown ?? null },
      versions: () => (asked ? [always(asked)] : definitions.versionsFor(kind)),
    };
  }
}

@Resolver(() => HealthComponent)
export class HealthComponentResolver {
  @ResolveField(() => [ID], { description: 'The events that count most in it, up to three.' })
  async evidence(@Parent() { name, evidence }: ComponentRow): Promise<readonly string[]> {
    return ((await evidence()).get(name) ?? []).map(({ eventId }) => eventId);
  }
}

/** How far back the reasons for a score are looked for. */
const DAY_MS = 86_400_000;
const LATELY_MS = 90 * DAY_MS;

@Resolver(() => Health)
export class HealthResolver {
  @ResolveField(() => Int, { description: 'How many facts it was computed from.' })
  async factCount(@Parent() { facts, asOfMs }: HealthRow): Promise<number> {
    return (await facts()).filter(({ occurredAt }) => occurredAt <= asOfMs).length;
  }

  @ResolveField(() => [String], {
    description: 'What moved it most in the last 90 days, in words with points, at most three.',
  })
  async topReasons(@Parent() { facts, versions, asOfMs }: HealthRow): Promise<string[]> {
    return reasonsFor(explained(versions(), await facts(), [asOfMs - LATELY_MS, asOfMs]));
  }

  @ResolveField(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it comes into another band if nothing happens, at most a minute late; null: not within three years.',
  })
  nextBandChangeAt(@Parent() { definition, state, asOfMs }: HealthRow): Instant | null {
    const at = nextBandChange(definition, state, asOfMs);
    return at === undefined ? null : fromMillis(at);
  }

  @ResolveField(() => [HealthChange], {
    description: 'Which events, silences and changes of definition moved the score from one moment to another.',
  })
  async explain(
    @Parent() { facts, versions }: HealthRow,
    @Args() { from, to }: HealthSpanArguments,
  ): Promise<HealthChange[]> {
    return explained(versions(), await facts(), spanOf(from, to)).lines.map(shownLine);
  }

  @ResolveField(() => [HealthPoint], {
    description:
      'The score as it was at evenly spread moments, each by the version that was in force then, or by the one asked for.',
  })
  async history(
    @Parent() { facts, versions }: HealthRow,
    @Args() { from, to, points }: HealthHistoryArguments,
  ): Promise<HealthPoint[]> {
    if (points < 1 || points > MOST_POINTS) {
      throw new RequestError('INVALID_INPUT', `1 to ${String(MOST_POINTS)} points.`, { path: ['points'] });
    }
    return history(versions(), await facts(), momentsBetween(...spanOf(from, to), points)).map(
      ({ at, score, band, version }) => ({
        at: fromMillis(at),
        ...{ score, band },
        definitionVersion: version,
      }),
    );
  }
}

function shownLine(line: ExplainedLine): HealthChange {
  const { kind, at, points, components, capPoints } = line;
  const shown = { kind, at: fromMillis(at), points, components, capPoints, event: null };
  if (line.kind === 'DEFINITION')
    return { ...shown, because: `The definition changed from ${line.from} to ${line.to}.` };
  if (line.kind === 'TIME') return { ...shown, because: `${((at - line.since) / DAY_MS).toFixed(1)} days passed.` };
  const { eventId: id, occurredAt, recordedAt } = line.fact;
  const event = { id, occurredAt: fromMillis(occurredAt), recordedAt: fromMillis(recordedAt) };
  return { ...shown, because: `${inWords(line.fact)}.`, event };
}

function spanOf(from: Instant, to: Instant): readonly [number, number] {
  if (from > to) throw new RequestError('INVALID_INPUT', 'It ends before it begins.', { path: ['to'] });
  return [toMillis(from), toMillis(to)];
}

/** Throws INVALID_INPUT for one that was never published. */
export function named(definitions: Definitions, reference: string): Published {
  const found = definitions.named(reference);
  if (found) return found;
  throw unknownDefinition(reference, definitions.published.map(referenceOf));
}

export function unknownDefinition(reference: string, allowed: readonly string[]): RequestError {
  const meant = nearest(reference, allowed);
  return new RequestError('INVALID_INPUT', `There is no definition ${reference}.`, {
    path: ['definition'],
    ...{ allowed, ...(meant !== undefined && { nearest: meant }) },
  });
}
