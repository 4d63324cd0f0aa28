import { scheduler } from 'node:timers/promises';
import type pg from 'pg';
import { transaction } from '../../database/transaction.js';
import { START, type Position } from '../../event-sourcing/position.js';
import { StaleWorker } from '../../projecting/failures.js';
import { factsAfter, factsAndJoined } from '../facts/queries.js';
import { ReadDatabase } from '../read-database.js';
import { buildPart } from './build-edition.js';
import { changesBetween, type Change } from './changes.js';
import { definitionsOf, referencesOf, type Definitions, type Published } from './definitions.js';
import { createEdition, dropEdition, readEditions, type Edition } from './editions.js';
import { foretell, joined, metricFor, type Foretold, type Head } from './foretell.js';
import { KnownStates } from './known-states.js';
import { moving, renewal, type Move } from './live-rows.js';

/** Relationships in one statement. */
const AT_ONCE = 200;
/** Then whatever else this process does has its turn: read models are projected in it, too. */
const TURN_MS = 2;

interface Standing {
  readonly position: Position;
  /** As far as all that it reads has got; null: not everything is there yet. */
  readonly head: Position | null;
  /** The build of the facts that is live. */
  readonly facts: string | null;
}

/** What is wanted to serve a tenant. */
type Wanted = Pick<Edition, 'tenantId' | 'facts' | 'definitions'>;

/**
 * Keeps live health beside the facts: relationships whose facts changed are foretold anew, and all of them when other
 * definitions come into force, beside what serves until then. What it writes follows from facts and definitions alone.
 * Every write checks that nobody else has taken over (`StaleWorker`). `follow` and `build` may run at the same time.
 */
export class LiveHealth {
  private readonly db: ReadDatabase;
  private readonly states = new KnownStates();
  private readonly definitions = new Map<string, Definitions>();
  private editions: readonly Edition[] = [];
  /** What the editions were arranged for; absent: they were not. */
  private arrangedFor: string | undefined;
  /** An edition may be there that was built, and does not follow yet. */
  private hasBuilt = true;

  private constructor(
    private readonly pool: pg.Pool,
    private readonly epoch: bigint,
  ) {
    this.db = new ReadDatabase(pool);
  }

  /** From now on every other one is refused. */
  static async takeOver(pool: pg.Pool): Promise<LiveHealth> {
    const { rows } = await pool.query<{ epoch: bigint }>(TAKE_OVER);
    return new LiveHealth(pool, rows[0]!.epoch);
  }

  /** Does a part of what there is to do; false when there was nothing. */
  async proceed(): Promise<boolean> {
    const followed = await this.follow();
    return (await this.build()) || followed;
  }

  /** Goes as far as what it reads; false when it was there already, or has to wait for `build`. */
  async follow(): Promise<boolean> {
    const { position, head, facts } = await this.standing();
    const isArranged = facts !== null && (this.arrangedFor?.startsWith(`${facts} `) ?? false);
    const { hasBuilt } = this;
    if (head === null || facts === null || (head <= position && isArranged && !hasBuilt)) return false;
    this.hasBuilt = false;
    const [changes, decided] = await Promise.all([changesBetween(this.pool, position, head), this.decided()]);
    await this.arrange(facts, decided, changes, head);
    if (hasBuilt) await this.complete(position);
    // As long as nothing serves, nobody can be told that it is there.
    if (this.editions.some((edition) => edition.phase !== 'COMPLETE' && this.isFirst(edition))) return false;
    // What was built of facts up to here holds all of it.
    const following = this.editions.filter(({ phase, since }) => phase === 'COMPLETE' && since < head);
    await this.renew(following, changes, { epoch: this.epoch, from: position, to: head });
    return head > position || hasBuilt;
  }

  /** Whether there is something for `build`. */
  get isBuilding(): boolean {
    return this.editions.some(({ phase }) => phase === 'BULK');
  }

  /** Builds a part of an edition, whoever asked for it; false when there is none. */
  async build(): Promise<boolean> {
    const edition = (await readEditions(this.pool)).find(({ phase }) => phase === 'BULK');
    if (!edition) return false;
    const { phase } = await buildPart(this.pool, this.epoch, edition, await this.definitionsIn(edition));
    this.hasBuilt ||= phase === 'INDEXED';
    return true;
  }

  private async standing(): Promise<Standing> {
    const { rows } = await this.pool.query<Standing>({ name: 'health_standing', text: STANDING });
    return rows[0]!;
  }

  /** When it was last decided what is in force, or what may come into force. */
  private async decided(): Promise<Position> {
    const { rows } = await this.pool.query<{ position: Position | null }>(
      `SELECT greatest((SELECT max(position) FROM metric_definitions.in_force),
                       (SELECT max(position) FROM metric_definitions.published)) AS position`,
    );
    return rows[0]!.position ?? START;
  }

  /**
   * Sees to it that there is an edition of what is in force for every tenant, and serves it where it is complete; and of what
   * may come into force next, which then does so at once.
   */
  private async arrange(facts: string, decided: Position, changes: readonly Change[], since: Position): Promise<void> {
    const arrangement = `${facts} ${String(decided)}`;
    const isNew = changes.some(({ tenantId }) => !this.definitions.has(tenantId));
    if (this.arrangedFor === arrangement && !isNew) return;
    const { rows } = await this.pool.query<{ tenant_id: string }>(TENANTS);
    for (const { tenant_id: tenantId } of rows) {
      const [inForce, ...next] = wantedBy(await this.loadDefinitions(tenantId));
      const found = await this.provide({ tenantId, facts, definitions: inForce! }, since);
      if (found?.phase === 'COMPLETE') await this.serve(found);
      for (const definitions of next) await this.provide({ tenantId, facts, definitions }, since);
      await this.forget(tenantId, facts);
    }
    this.arrangedFor = arrangement;
  }

  private async provide(wanted: Wanted, since: Position): Promise<Edition | undefined> {
    this.editions = await readEditions(this.pool);
    const found = this.editions.find((edition) => isOf(edition, wanted));
    if (found) return found;
    await this.guarded((session) => createEdition(session, { ...wanted, since }));
    this.editions = await readEditions(this.pool);
    return undefined;
  }

  /** What changed while an edition was built is written anew, and it serves if it is what is in force. */
  private async complete(position: Position): Promise<void> {
    this.editions = await readEditions(this.pool);
    for (const edition of this.editions.filter(({ phase }) => phase === 'INDEXED')) {
      const changes = await changesBetween(this.pool, edition.since, position);
      await this.renew([edition], changes, { epoch: this.epoch, from: position, to: position });
      await this.guarded((session) =>
        session.query(`UPDATE health.editions SET phase = 'COMPLETE' WHERE edition = $1`, [edition.edition]),
      );
      const { tenantId, facts } = edition;
      const definitions = referencesOf((await this.definitionsOf(tenantId)).inForce());
      if (isOf(edition, { tenantId, facts, definitions })) await this.serve(edition);
      this.editions = await readEditions(this.pool);
      await this.forget(tenantId, facts);
    }
  }

  private async serve({ tenantId, edition, serves }: Edition): Promise<void> {
    if (serves) return;
    await this.guarded((session) => session.query(SERVE, [tenantId, edition]));
    this.editions = await readEditions(this.pool);
  }

  /** Drops what neither serves nor may: the one before stays, for a rollback. */
  private async forget(tenantId: string, facts: string): Promise<void> {
    const known = await this.definitionsOf(tenantId);
    const kept = [...wantedBy(known), referencesOf(known.previous())].map((references) => references.join('\n'));
    const isKept = (edition: Edition): boolean =>
      edition.serves || (edition.facts === facts && kept.includes(edition.definitions.join('\n')));
    const others = this.editions.filter((edition) => edition.tenantId === tenantId && !isKept(edition));
    if (others.length === 0) return;
    await this.guarded(async (session) => {
      for (const other of others) await dropEdition(session, other);
    });
    this.editions = await readEditions(this.pool);
  }

  private isFirst({ tenantId }: Edition): boolean {
    return !this.editions.some((edition) => edition.tenantId === tenantId && edition.serves);
  }

  /** Foretells what changed anew under some editions, and moves with the last of it. */
  private async renew(editions: readonly Edition[], changes: readonly Change[], move: Move): Promise<void> {
    const parts = [...Map.groupBy(changes, ({ tenantId }) => tenantId)].flatMap(([tenantId, own]) => {
      const concerned = editions.filter((edition) => edition.tenantId === tenantId);
      return concerned.length === 0 ? [] : chunks(own).map((some) => ({ tenantId, concerned, some }));
    });
    for (const { tenantId, concerned, some } of parts) {
      const heads = [...new Map(some.map(({ head }) => [head.id, head])).values()];
      const together = await this.know(tenantId, concerned, heads, some, move);
      const gone = [...new Set(some.flatMap(({ id, head }) => [id, head.id]))];
      for (const edition of concerned) {
        const isLast = some === parts.at(-1)!.some && edition === concerned.at(-1);
        const foretold = (await this.foretold(edition, heads)).map((each) =>
          together.has(each.head.id) ? joined(each) : each,
        );
        const { rowCount } = await this.pool.query(
          renewal(edition.edition, gone, foretold, isLast ? move : { ...move, to: move.from }),
        );
        this.refuse(rowCount);
      }
      for (const id of together) this.states.forget(tenantId, id);
    }
    if (parts.length === 0 && move.to > move.from) this.refuse((await this.pool.query(moving(move))).rowCount);
  }

  /** Brings the states of relationships to what stands now; says which of them have facts of others, too. */
  private async know(
    tenantId: string,
    editions: readonly Edition[],
    heads: readonly Head[],
    changes: readonly Change[],
    { from }: Move,
  ): Promise<ReadonlySet<string>> {
    for (const { head, isAnew, isJoined } of changes) if (isAnew || isJoined) this.states.forget(tenantId, head.id);
    const definitions = await Promise.all(editions.map((edition) => this.definitionsIn(edition)));
    const metricsOf = ({ kind }: Head) => definitions.flatMap((each) => metricFor(each, kind) ?? []);
    const known = heads.filter(({ id }) => this.states.has(tenantId, id)).map(({ id }) => id);
    const fresh = await factsAfter(this.db, tenantId, known, from);
    const cold = heads.filter(
      (head) => !this.states.take(tenantId, head.id, fresh.get(head.id) ?? [], metricsOf(head)),
    );
    const read = await factsAndJoined(
      this.db,
      tenantId,
      cold.map(({ id }) => id),
    );
    for (const head of cold) this.states.fold(tenantId, head.id, read.facts.get(head.id) ?? [], metricsOf(head));
    return read.joined;
  }

  private async foretold(edition: Edition, heads: readonly Head[]): Promise<readonly Foretold[]> {
    const definitions = await this.definitionsIn(edition);
    const foretold: Foretold[] = [];
    let turn = performance.now();
    for (const head of heads) {
      const metric = metricFor(definitions, head.kind);
      foretold.push(foretell(head, metric, metric && this.states.stateOf(edition.tenantId, head.id, metric)));
      if (performance.now() - turn > TURN_MS) {
        await scheduler.yield();
        turn = performance.now();
      }
    }
    return foretold;
  }

  private async definitionsIn({ tenantId, definitions: references }: Edition): Promise<readonly Published[]> {
    const known = await this.definitionsOf(tenantId);
    const hasAll = references.every((reference) => known.named(reference));
    const definitions = hasAll ? known : await this.loadDefinitions(tenantId); // published since
    return references.flatMap((reference) => definitions.named(reference) ?? []);
  }

  private async definitionsOf(tenantId: string): Promise<Definitions> {
    return this.definitions.get(tenantId) ?? this.loadDefinitions(tenantId);
  }

  private async loadDefinitions(tenantId: string): Promise<Definitions> {
    const definitions = await definitionsOf(this.db, tenantId);
    this.definitions.set(tenantId, definitions);
    return definitions;
  }

  private async guarded(work: (session: pg.PoolClient) => Promise<unknown>): Promise<void> {
    await transaction(this.pool, async (session) => {
      const { rowCount } = await session.query(
        `SELECT FROM projecting.builds WHERE schema_name = 'health' AND epoch = $1 FOR UPDATE`,
        [this.epoch],
      );
      this.refuse(rowCount);
      await work(session);
    });
  }

  private refuse(rowCount: number | null): void {
    if (rowCount !== 1) throw new StaleWorker('health');
  }
}

/** What is in force, and what would be with each that may come next. */
const wantedBy = (definitions: Definitions): readonly (readonly string[])[] => [
  referencesOf(definitions.inForce()),
  ...definitions.next().map((each) => referencesOf(definitions.inForceWith(each))),
];

const isOf = (edition: Edition, wanted: Wanted): boolean =>
  edition.tenantId === wanted.tenantId &&
  edition.facts === wanted.facts &&
  edition.definitions.join('\n') === wanted.definitions.join('\n');

const chunks = <Item>(items: readonly Item[]): (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / AT_ONCE) }, (_, at) => items.slice(at * AT_ONCE, (at + 1) * AT_ONCE));

/** To everybody else it is a read model like the others: how far it is, and by which epoch it is written. */
const TAKE_OVER = `
  INSERT INTO projecting.builds AS own (schema_name, projection, version, role, phase, must_equal)
  VALUES ('health', 'health', 1, 'LIVE', 'FOLLOWING', false)
  ON CONFLICT (schema_name) DO UPDATE SET epoch = own.epoch + 1 RETURNING epoch`;

const STANDING = `
  SELECT own.position,
         (SELECT CASE WHEN count(*) = 3 THEN min(b.position) END FROM projecting.builds b
           WHERE b.projection IN ('directory', 'facts', 'metric_definitions') AND b.role = 'LIVE' AND b.phase = 'FOLLOWING') AS head,
         (SELECT b.schema_name FROM projecting.builds b WHERE b.projection = 'facts' AND b.role = 'LIVE') AS facts
    FROM projecting.builds own WHERE own.schema_name = 'health'`;

/** Few tenants, many relationships: from one to the next by index. */
const TENANTS = `
  WITH RECURSIVE tenant (tenant_id) AS (
       SELECT min(tenant_id) FROM directory.relationships
        UNION ALL
       SELECT (SELECT min(r.tenant_id) FROM directory.relationships r WHERE r.tenant_id > tenant.tenant_id) FROM tenant
        WHERE tenant.tenant_id IS NOT NULL)
  SELECT tenant_id FROM tenant WHERE tenant_id IS NOT NULL`;

const SERVE = `
  INSERT INTO health.serving VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET edition = excluded.edition`;
