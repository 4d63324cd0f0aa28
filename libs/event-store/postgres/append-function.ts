/** Whoever appends holds this advisory lock until its commit, so that positions become visible in their order. */
export const APPEND_LOCK = '7815263472013';

/** Told of every commit that appended. */
export const CHANNEL = 'rapport_log';

/** Expected revisions that are no revision. */
export const EXPECTED_NONE = -1;
export const EXPECTED_EXISTING = -2;

/**
 * `log.append`: carries out appends that were waiting together, in one commit.
 *
 * Position and time follow the last event, not a row that is updated: such a row would leave a dead version behind per
 * commit, which cannot be removed as long as any snapshot is open, and a long report would slow down every append. The
 * lock is taken first and each statement of a VOLATILE function sees what was committed before it, so nothing can
 * come in between; the primary key would refuse it.
 *
 * First all appends are written at once. If any of them cannot be (a stream has gone on, an event is there already),
 * that is undone and each is judged alone, in order: only those lose that must.
 *
 * Answers one row: outcome `all`, with the position before the first event and the time; or one row per append:
 * `appended` (position and revision of its last event), `repeated`, `wrongRevision` (the one found, null without
 * events) or `claimTaken` (name and owner).
 */
export const APPEND_FUNCTION = `
  CREATE FUNCTION log.append(
    appends    int[],   -- per event the append it belongs to: 1, 2, 3, …
    streams    text[],
    revisions  int[],   -- as expected; ignored where the append expects any
    sizes      int[],   -- events of that append
    tenant_ids text[],
    types      text[],
    event_ids  uuid[],
    metas      bytea[],
    datas      bytea[],
    expected   int[],   -- per append: a revision, ${EXPECTED_NONE} none, ${EXPECTED_EXISTING} any existing
    claims     jsonb    -- per append null or {"tenantId", "take": [{"name", "owner"}], "release": [name]}
  ) RETURNS TABLE (outcome text, at_position bigint, at_revision int, at_time timestamptz, claim text, claim_owner text)
  LANGUAGE plpgsql AS $$
  DECLARE
    head bigint;
    one  record;
    tail int;
    wish jsonb;
  BEGIN
    PERFORM pg_advisory_xact_lock(${APPEND_LOCK});
    SELECT position, recorded_at INTO head, at_time FROM log.events ORDER BY position DESC LIMIT 1;
    head := coalesce(head, 0);
    at_time := greatest(date_trunc('milliseconds', clock_timestamp()), at_time);

    IF NOT ${EXPECTED_EXISTING} = ANY (expected) AND NOT claims @? '$[*].release[*]' THEN
      BEGIN
        INSERT INTO log.claims (tenant_id, name, owner)
        SELECT wishes ->> 'tenantId', wanted.name, wanted.owner
        FROM jsonb_array_elements(claims) AS wishes, jsonb_to_recordset(wishes -> 'take') AS wanted (name text, owner text);
        INSERT INTO log.events
          (position, recorded_at, revision, append_size, event_id, stream, tenant_id, type, meta, data)
        SELECT head + n, at_time, e.revision, e.size, e.event_id, e.stream, e.tenant_id, e.type, e.meta, e.data
        FROM unnest(streams, revisions, sizes, tenant_ids, types, event_ids, metas, datas) WITH ORDINALITY
          AS e (stream, revision, size, tenant_id, type, event_id, meta, data, n);
        IF EXISTS (
          SELECT FROM unnest(streams, revisions) AS e (stream, revision)
          -- a scalar subquery stays a look-up; as a join, a plan made for an empty log would scan a full one
          WHERE e.revision > 0 AND (
            SELECT true FROM log.events p WHERE p.stream = e.stream AND p.revision = e.revision - 1) IS NULL
        ) THEN
          RAISE unique_violation;
        END IF;
        PERFORM pg_notify('${CHANNEL}', '');
        outcome := 'all';
        at_position := head;
        RETURN NEXT;
        RETURN;
      EXCEPTION WHEN unique_violation THEN -- each alone, then
      END;
    END IF;

    at_position := head;
    FOR one IN
      SELECT e.append, min(e.stream) AS stream, min(e.tenant_id) AS tenant_id, array_agg(e.type ORDER BY n) AS types,
        array_agg(e.event_id ORDER BY n) AS event_ids, array_agg(e.meta ORDER BY n) AS metas,
        array_agg(e.data ORDER BY n) AS datas
      FROM unnest(appends, streams, tenant_ids, types, event_ids, metas, datas) WITH ORDINALITY
        AS e (append, stream, tenant_id, type, event_id, meta, data, n)
      GROUP BY e.append ORDER BY e.append
    LOOP
      tail := (SELECT max(revision) FROM log.events WHERE stream = one.stream);
      wish := nullif(claims -> (one.append - 1), 'null');
      claim := null;
      IF EXISTS (SELECT FROM log.events WHERE event_id = one.event_ids[1]) THEN
        outcome := 'repeated';
      ELSIF (CASE expected[one.append] WHEN ${EXPECTED_EXISTING} THEN tail IS NULL
             ELSE expected[one.append] <> coalesce(tail, ${EXPECTED_NONE}) END) THEN
        outcome := 'wrongRevision';
        at_revision := tail;
      ELSE
        SELECT wanted.name, wanted.held INTO claim, claim_owner
        FROM (
          SELECT w.name, w.owner,
            (SELECT c.owner FROM log.claims c WHERE c.tenant_id = one.tenant_id AND c.name = w.name) AS held
          FROM jsonb_to_recordset(wish -> 'take') AS w (name text, owner text)
        ) AS wanted
        WHERE wanted.held <> wanted.owner AND NOT coalesce(wish -> 'release' ? wanted.name, false)
        LIMIT 1;
        IF claim IS NOT NULL THEN
          outcome := 'claimTaken';
        ELSE
          IF wish IS NOT NULL THEN
            DELETE FROM log.claims c
            WHERE c.tenant_id = one.tenant_id
              AND c.name = ANY (ARRAY(SELECT jsonb_array_elements_text(wish -> 'release')));
            INSERT INTO log.claims (tenant_id, name, owner)
            SELECT one.tenant_id, wanted.name, wanted.owner
            FROM jsonb_to_recordset(wish -> 'take') AS wanted (name text, owner text)
            ON CONFLICT DO NOTHING; -- the owner takes again what it has
          END IF;
          INSERT INTO log.events
            (position, recorded_at, revision, append_size, event_id, stream, tenant_id, type, meta, data)
          SELECT at_position + n, at_time, coalesce(tail, -1) + n, cardinality(one.event_ids), e.event_id, one.stream,
            one.tenant_id, e.type, e.meta, e.data
          FROM unnest(one.types, one.event_ids, one.metas, one.datas) WITH ORDINALITY
            AS e (type, event_id, meta, data, n);
          outcome := 'appended';
          at_position := at_position + cardinality(one.event_ids);
          at_revision := coalesce(tail, -1) + cardinality(one.event_ids);
        END IF;
      END IF;
      RETURN NEXT;
    END LOOP;
    IF at_position > head THEN
      PERFORM pg_notify('${CHANNEL}', '');
    END IF;
  END $$;
`;
