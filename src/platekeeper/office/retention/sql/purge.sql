-- The purge (RET-02): opened for an agency with a cut-off that the database checks, done in steps that may be killed
-- anywhere, finished with a certificate. Every step notes what it did in its own transaction.

CREATE TABLE purge_run (
    agency_id bigint NOT NULL REFERENCES agency,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    schedule_id bigint NOT NULL REFERENCES retention_schedule,
    reads_before timestamptz NOT NULL,      -- what is anchored before this goes
    records_before timestamptz NOT NULL,    -- access records, by their own period
    started_at timestamptz NOT NULL,
    started_by text NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (agency_id, id)
);
CREATE UNIQUE INDEX purge_run_one_at_a_time ON purge_run (agency_id) WHERE finished_at IS NULL;
CREATE TABLE purge_part (
    agency_id bigint NOT NULL,
    run_id uuid NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,                     -- read, image, hit, alert, quarantined-read, plate, image-key, access-record
    month date,
    purged bigint NOT NULL,
    held bigint NOT NULL,                   -- due, but kept by a hold
    first_at timestamptz,                   -- of what was purged
    last_at timestamptz,
    first_id uuid,
    last_id uuid,
    digest bytea,                           -- SHA-256 over the ids, in order of time
    done_at timestamptz NOT NULL,
    PRIMARY KEY (agency_id, run_id, number),
    FOREIGN KEY (agency_id, run_id) REFERENCES purge_run
);
CREATE TABLE purge_certificate (
    agency_id bigint NOT NULL,
    run_id uuid NOT NULL,
    body text NOT NULL,                     -- canonical JSON, the bytes that are signed
    signature bytea NOT NULL,
    public_key bytea NOT NULL,
    certified_at timestamptz NOT NULL,
    PRIMARY KEY (agency_id, run_id),
    FOREIGN KEY (agency_id, run_id) REFERENCES purge_run
);
CREATE TRIGGER purge_certificate_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON purge_certificate
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- Pictures whose rows are gone and whose key still serves others: their files are removed one by one.
CREATE TABLE purged_picture (
    agency_id bigint NOT NULL,
    key_name text NOT NULL,
    sha256 bytea NOT NULL,
    PRIMARY KEY (agency_id, key_name, sha256)
);
-- What the pages tell of the next purge; the custodian's last look.
CREATE TABLE purge_forecast (
    agency_id bigint PRIMARY KEY REFERENCES agency,
    made_at timestamptz NOT NULL,
    body jsonb NOT NULL
);

CREATE FUNCTION open_purge(p_agency bigint, p_reads_before timestamptz, p_records_before timestamptz, p_by text)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_schedule retention_schedule := refuse_early_purge(p_agency, p_reads_before);
    v_id uuid;
BEGIN
    PERFORM refuse_early_record_purge(p_agency, p_records_before);
    INSERT INTO purge_run (agency_id, schedule_id, reads_before, records_before, started_at, started_by)
    VALUES (p_agency, v_schedule.id, p_reads_before, p_records_before, clock_timestamp(), p_by)
    RETURNING id INTO v_id;
    PERFORM append_entry((SELECT slug FROM agency WHERE id = p_agency), 'purge.started', p_by, v_id::text,
        jsonb_build_object('schedule', v_schedule.number, 'policy_version', v_schedule.policy_version,
            'reads_before', p_reads_before, 'records_before', p_records_before)::text);
    RETURN v_id;
END $$;

-- The open runs, each checked anew: a schedule may have been lengthened since. `r` speaks of an agency's open run.
CREATE FUNCTION open_runs()
RETURNS TABLE (agency_id bigint, run_id uuid, reads_before timestamptz, by_arrival boolean, spares_hits boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_run purge_run;
    v_schedule retention_schedule;
BEGIN
    FOR v_run IN SELECT * FROM purge_run u WHERE u.finished_at IS NULL ORDER BY u.agency_id LOOP
        v_schedule := refuse_early_purge(v_run.agency_id, v_run.reads_before);
        agency_id := v_run.agency_id; run_id := v_run.id; reads_before := v_run.reads_before;
        by_arrival := v_schedule.anchor = 'arrival'; spares_hits := v_schedule.spares_hits;
        RETURN NEXT;
    END LOOP;
END $$;

CREATE FUNCTION note_part(
    p_agency bigint, p_run uuid, p_kind text, p_month date, p_purged bigint, p_held bigint, p_first_at timestamptz = NULL,
    p_last_at timestamptz = NULL, p_first_id uuid = NULL, p_last_id uuid = NULL, p_digest bytea = NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO purge_part
    SELECT p_agency, p_run, coalesce(max(number), 0) + 1, p_kind, p_month, p_purged, p_held, p_first_at, p_last_at,
           p_first_id, p_last_id, p_digest, clock_timestamp()
      FROM purge_part WHERE agency_id = p_agency AND run_id = p_run
$$;

-- Waits for a lock in small portions, so that nobody queues behind for longer than one. Where others are never done
-- within the smallest, the portions grow, to 600 ms: a purge that always steps back would never end.
CREATE FUNCTION lock_politely(p_tables text[], p_mode text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '80ms' AS $$
BEGIN
    IF p_tables = '{}' THEN
        RETURN;
    END IF;
    FOR attempt IN 1..300 LOOP
        BEGIN
            PERFORM set_config('lock_timeout', CASE WHEN attempt <= 15 THEN '80ms' WHEN attempt <= 40 THEN '200ms' ELSE '600ms' END, true);
            EXECUTE format('LOCK TABLE %s IN %s MODE', array_to_string(p_tables, ', '), p_mode);
            RETURN;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(0.02 + random() * 0.08);
        END;
    END LOOP;
    RAISE EXCEPTION 'others keep % busy: the purge goes on at its next turn', p_tables USING ERRCODE = 'lock_not_available';
END $$;

-- The months that have a partition and begin before a moment, or within a day of it.
CREATE FUNCTION purge_months(p_before timestamptz) RETURNS TABLE (month date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    -- a plan may look at every relation's name before it asks whose partition it is; only a CASE keeps their order
    SELECT p.month
      FROM (SELECT CASE WHEN c.relname ~ '^read_\d{4}_\d\d$' THEN to_date(right(c.relname, 7), 'YYYY_MM') END AS month
              FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = 'public.read'::regclass) p
     WHERE p.month < p_before + interval '1 day'
     ORDER BY 1
$$;

-- The months in which an agency has anything before a moment, and how much: for plans, and to know what to do. What is
-- due comes before p_before by its anchor; a row arrives after it was captured, give or take a wrong clock. What is held
-- is asked by IN, which is hashed whatever the statistics say: they know nothing of an agency that came into a month late.
CREATE FUNCTION purge_plan(p_agency bigint, p_before timestamptz)
RETURNS TABLE (month date, due bigint, held bigint, spared bigint, kept bigint, holds jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_schedule retention_schedule := schedule_in_force(p_agency);
    v_by_arrival boolean := coalesce(v_schedule.anchor = 'arrival', false);
    v_spares boolean := coalesce(v_schedule.spares_hits, false);
    v_from timestamptz;
    v_to timestamptz;
BEGIN
    IF v_schedule.id IS NULL THEN       -- a plan may be looked at before anybody approved
        SELECT s.anchor = 'arrival', s.spares_hits INTO v_by_arrival, v_spares FROM retention_schedule s
         WHERE s.agency_id = p_agency ORDER BY s.number DESC LIMIT 1;
    END IF;
    FOR month IN SELECT m.month FROM purge_months(p_before) m LOOP
        v_from := month::timestamp AT TIME ZONE 'UTC';
        v_to := (month + interval '1 month') AT TIME ZONE 'UTC';
        EXECUTE format($q$
            WITH kept AS MATERIALIZED (SELECT * FROM held_reads($1, $2, $3)),
            seen AS (
                SELECT CASE WHEN $4 THEN r.received_at ELSE r.read_at END < $5 AS over,
                       (r.read_at, r.id) IN (SELECT k.read_at, k.id FROM kept k) AS holds,
                       $6 AND EXISTS (SELECT 1 FROM hit h WHERE h.agency_id = $1 AND h.read_at = r.read_at
                                         AND h.read_id = r.id) AS spare
                  FROM read_%1$s r WHERE r.agency_id = $1)
            SELECT count(*) FILTER (WHERE over AND NOT holds AND NOT spare), count(*) FILTER (WHERE over AND holds),
                   count(*) FILTER (WHERE over AND spare AND NOT holds), count(*) FILTER (WHERE NOT over),
                   (SELECT coalesce(jsonb_object_agg(n.hold_id, n.reads), '{}') FROM (
                        SELECT k.hold_id, count(*) AS reads FROM kept k JOIN read_%1$s r
                            ON r.agency_id = $1 AND r.read_at = k.read_at AND r.id = k.id
                         WHERE CASE WHEN $4 THEN r.received_at ELSE r.read_at END < $5 GROUP BY 1) n)
              FROM seen$q$, to_char(month, 'YYYY_MM'))
            INTO due, held, spared, kept, holds USING p_agency, v_from, v_to, v_by_arrival, p_before, v_spares;
        IF due + held + spared > 0 THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;

-- One step in one month, for all agencies with an open run. Where little stays, what stays is copied aside and the
-- partition emptied; where much stays, up to p_limit rows are deleted. Returns the agencies and plates whose reads were
-- deleted singly (the plates of an emptied month are found by sweep_plates()), and whether more is left.
CREATE FUNCTION purge_reads(p_month date, p_limit integer)
RETURNS TABLE (emptied boolean, more boolean, plates jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_tail text := to_char(p_month, 'YYYY_MM');
    v_from timestamptz := date_trunc('month', p_month::timestamp) AT TIME ZONE 'UTC';
    v_to timestamptz := (date_trunc('month', p_month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
    v_tables text[] := ARRAY['public.read_' || v_tail, 'public.image_' || v_tail];
    v_due bigint;
    v_all bigint;
BEGIN
    emptied := false; more := false; plates := '{}';
    IF to_regclass(v_tables[1]) IS NULL THEN
        RETURN NEXT;
        RETURN;
    END IF;
    PERFORM purge_or_hold();
    CREATE TEMP TABLE going ON COMMIT DROP AS SELECT * FROM open_runs();
    CREATE TEMP TABLE staying ON COMMIT DROP AS
        SELECT DISTINCT g.agency_id, h.read_at, h.id FROM going g, held_reads(g.agency_id, v_from, v_to) h;
    EXECUTE format($q$
        INSERT INTO staying
        SELECT DISTINCT g.agency_id, h.read_at, h.read_id FROM going g JOIN hit h ON h.agency_id = g.agency_id
         WHERE g.spares_hits AND h.read_at >= %L AND h.read_at < %L
           AND NOT EXISTS (SELECT 1 FROM staying s WHERE s.agency_id = h.agency_id AND s.read_at = h.read_at
                              AND s.id = h.read_id)$q$, v_from, v_to);
    CREATE INDEX ON staying (read_at, id);      -- so that no plan, however wrongly it guesses, compares all with all
    ANALYZE staying;
    ANALYZE going;
    EXECUTE format($q$
        SELECT count(*), count(*) FILTER (WHERE CASE WHEN g.by_arrival THEN r.received_at ELSE r.read_at END
                                                < g.reads_before)
          FROM read_%s r LEFT JOIN going g ON g.agency_id = r.agency_id$q$, v_tail) INTO v_all, v_due;
    IF v_due = 0 THEN
        RETURN NEXT;
        RETURN;
    END IF;
    IF v_all - v_due <= v_due / 4 AND v_due > p_limit THEN
        PERFORM empty_month(v_tail, v_tables);
        emptied := true;
    ELSE
        SELECT d.more, d.plates INTO more, plates FROM delete_due(v_tail, p_limit) d;
    END IF;
    RETURN NEXT;
END $$;

-- Copies what stays aside, empties the partition, puts it back. Writers of this month wait meanwhile; searches wait
-- only for the last moments.
CREATE FUNCTION empty_month(p_tail text, p_tables text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM lock_politely(p_tables, 'SHARE ROW EXCLUSIVE');
    EXECUTE format($q$
        CREATE TEMP TABLE kept_read ON COMMIT DROP AS
        SELECT r.* FROM read_%1$s r
          LEFT JOIN going g ON g.agency_id = r.agency_id
          LEFT JOIN staying s ON s.agency_id = r.agency_id AND s.read_at = r.read_at AND s.id = r.id
         WHERE g.agency_id IS NULL OR s.id IS NOT NULL
            OR CASE WHEN g.by_arrival THEN r.received_at ELSE r.read_at END >= g.reads_before$q$, p_tail);
    CREATE INDEX ON kept_read (read_at, id);
    ANALYZE kept_read;
    EXECUTE format($q$
        CREATE TEMP TABLE kept_image ON COMMIT DROP AS
        SELECT i.* FROM image_%1$s i
         WHERE EXISTS (SELECT 1 FROM kept_read k
                        WHERE k.agency_id = i.agency_id AND k.read_at = i.read_at AND k.id = i.read_id)$q$, p_tail);
    CREATE INDEX ON kept_image (read_at, read_id);
    ANALYZE kept_image;
    EXECUTE format($q$
        WITH days AS (
            SELECT r.agency_id, count(*) AS n, min(r.read_at) AS first_at, max(r.read_at) AS last_at,
                   (array_agg(r.id ORDER BY r.read_at, r.id))[1] AS first_id,
                   (array_agg(r.id ORDER BY r.read_at DESC, r.id DESC))[1] AS last_id,
                   sha256(string_agg(uuid_send(r.id), '' ORDER BY r.read_at, r.id)) AS digest
              FROM going g JOIN read_%1$s r ON r.agency_id = g.agency_id
              LEFT JOIN kept_read k ON k.agency_id = r.agency_id AND k.read_at = r.read_at AND k.id = r.id
             WHERE k.id IS NULL GROUP BY r.agency_id, (r.read_at AT TIME ZONE 'UTC')::date)
        SELECT note_part(g.agency_id, g.run_id, 'read', to_date(%1$L, 'YYYY_MM'), sum(d.n)::bigint,
                   (SELECT count(*) FROM staying s WHERE s.agency_id = g.agency_id AND EXISTS (
                        SELECT 1 FROM kept_read k WHERE k.agency_id = s.agency_id AND k.read_at = s.read_at AND k.id = s.id
                           AND CASE WHEN g.by_arrival THEN k.received_at ELSE k.read_at END < g.reads_before)),
                   min(d.first_at), max(d.last_at), (array_agg(d.first_id ORDER BY d.first_at))[1],
                   (array_agg(d.last_id ORDER BY d.last_at DESC))[1],
                   sha256(string_agg(d.digest, '' ORDER BY d.first_at)))
          FROM days d JOIN going g ON g.agency_id = d.agency_id
         GROUP BY g.agency_id, g.run_id, g.by_arrival, g.reads_before$q$, p_tail);
    EXECUTE format($q$
        INSERT INTO purged_picture
        SELECT DISTINCT i.agency_id, i.key_name, i.sha256 FROM going g
          JOIN image_key y ON y.agency_id = g.agency_id AND (y.ends_at > g.reads_before OR y.name LIKE '%%+%%')
          JOIN image_%1$s i ON i.agency_id = y.agency_id AND i.key_name = y.name
         WHERE NOT EXISTS (SELECT 1 FROM kept_image k WHERE k.agency_id = i.agency_id AND k.read_at = i.read_at
                              AND k.read_id = i.read_id AND k.role = i.role)
        ON CONFLICT DO NOTHING$q$, p_tail);
    EXECUTE format($q$
        SELECT note_part(g.agency_id, g.run_id, 'image', to_date(%1$L, 'YYYY_MM'), i.n - coalesce(k.n, 0), coalesce(k.n, 0))
          FROM going g
          JOIN (SELECT agency_id, count(*) AS n FROM image_%1$s GROUP BY 1) i ON i.agency_id = g.agency_id
          LEFT JOIN (SELECT agency_id, count(*) AS n FROM kept_image GROUP BY 1) k ON k.agency_id = g.agency_id
         WHERE i.n > coalesce(k.n, 0)$q$, p_tail);
    PERFORM lock_politely(p_tables, 'ACCESS EXCLUSIVE');
    EXECUTE format('TRUNCATE read_%1$s, image_%1$s', p_tail);
    EXECUTE format('INSERT INTO read_%s SELECT * FROM kept_read ORDER BY agency_id, read_at, id', p_tail);
    EXECUTE format('INSERT INTO image_%s SELECT * FROM kept_image ORDER BY agency_id, read_at, read_id', p_tail);
END $$;

-- Deletes some due reads of a month with their pictures' rows; nobody waits for it.
CREATE FUNCTION delete_due(p_tail text, p_limit integer) RETURNS TABLE (more boolean, plates jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_run record;
    v_gone bigint := 0;
    v_held bigint;
BEGIN
    CREATE TEMP TABLE gone (agency_id bigint, read_at timestamptz, id uuid, plate text) ON COMMIT DROP;
    EXECUTE format($q$
        WITH due AS MATERIALIZED (
            SELECT r.ctid AS place FROM going g JOIN read_%1$s r ON r.agency_id = g.agency_id
             WHERE CASE WHEN g.by_arrival THEN r.received_at ELSE r.read_at END < g.reads_before
               AND r.read_at < g.reads_before + interval '1 day'     -- for the index: nothing arrives long before it is seen
               AND NOT EXISTS (SELECT 1 FROM staying s
                                WHERE s.agency_id = r.agency_id AND s.read_at = r.read_at AND s.id = r.id)
             LIMIT %2$s),
        away AS (DELETE FROM read_%1$s r WHERE r.ctid = ANY (ARRAY(SELECT place FROM due))
                 RETURNING r.agency_id, r.read_at, r.id, r.plate)
        INSERT INTO gone SELECT * FROM away$q$, p_tail, p_limit);
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    CREATE INDEX ON gone (read_at, id);
    ANALYZE gone;
    EXECUTE format($q$
        WITH away AS (
            DELETE FROM image_%1$s i USING gone n
             WHERE i.agency_id = n.agency_id AND i.read_at = n.read_at AND i.read_id = n.id
            RETURNING i.agency_id, i.key_name, i.sha256),
        noted AS (
            INSERT INTO purged_picture
            SELECT DISTINCT a.agency_id, a.key_name, a.sha256 FROM away a JOIN going g ON g.agency_id = a.agency_id
              JOIN image_key y ON y.agency_id = a.agency_id AND y.name = a.key_name
             WHERE y.ends_at > g.reads_before OR y.name LIKE '%%+%%'
            ON CONFLICT DO NOTHING)
        SELECT note_part(g.agency_id, g.run_id, 'image', to_date(%1$L, 'YYYY_MM'), a.n, 0)
          FROM (SELECT agency_id, count(*) AS n FROM away GROUP BY 1) a JOIN going g ON g.agency_id = a.agency_id
        $q$, p_tail);
    more := v_gone >= p_limit;
    FOR v_run IN SELECT * FROM going LOOP
        EXECUTE format($q$
            SELECT count(*) FROM staying s JOIN read_%s r ON r.agency_id = s.agency_id AND r.read_at = s.read_at AND r.id = s.id
             WHERE s.agency_id = $1 AND CASE WHEN $2 THEN r.received_at ELSE r.read_at END < $3$q$, p_tail)
            INTO v_held USING v_run.agency_id, v_run.by_arrival, v_run.reads_before;
        PERFORM note_part(v_run.agency_id, v_run.run_id, 'read', to_date(p_tail, 'YYYY_MM'), count(*),
                CASE WHEN more THEN 0 ELSE v_held END, min(n.read_at), max(n.read_at),
                (array_agg(n.id ORDER BY n.read_at, n.id))[1], (array_agg(n.id ORDER BY n.read_at DESC, n.id DESC))[1],
                sha256(coalesce(string_agg(uuid_send(n.id), '' ORDER BY n.read_at, n.id), '')))
           FROM gone n WHERE n.agency_id = v_run.agency_id HAVING count(*) > 0;
    END LOOP;
    SELECT coalesce(jsonb_object_agg(n.agency_id, n.plates), '{}') INTO plates
      FROM (SELECT agency_id, array_agg(DISTINCT plate) AS plates FROM gone GROUP BY 1) n;
    RETURN NEXT;
END $$;

-- Statistics quote values, and those of an emptied table are not made anew: cleared where PostgreSQL can (18 and newer).
CREATE FUNCTION forget_statistics(p_table text, p_inherited boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_column text;
BEGIN
    IF current_setting('server_version_num')::integer < 180000 THEN
        RETURN;
    END IF;
    FOR v_column IN SELECT attname FROM pg_attribute
                     WHERE attrelid = format('public.%I', p_table)::regclass AND attnum > 0 AND NOT attisdropped LOOP
        EXECUTE 'SELECT pg_clear_attribute_stats(''public'', $1, $2, $3)' USING p_table, v_column, p_inherited;
    END LOOP;
END $$;

-- What was derived from reads that are gone: hits, alerts and all that hangs on them; then fresh statistics, which
-- would name plates of before.
CREATE FUNCTION purge_traces(p_month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_tail text := to_char(p_month, 'YYYY_MM');
    v_from timestamptz := date_trunc('month', p_month::timestamp) AT TIME ZONE 'UTC';
    v_to timestamptz := (date_trunc('month', p_month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
    v_child record;
BEGIN
    PERFORM purge_or_hold();
    CREATE TEMP TABLE going ON COMMIT DROP AS SELECT * FROM open_runs();
    EXECUTE $q$
        WITH away AS (
            DELETE FROM hit h USING going g
             WHERE h.agency_id = g.agency_id AND h.read_at >= $1 AND h.read_at < $2
               AND NOT EXISTS (SELECT 1 FROM read r WHERE r.agency_id = h.agency_id AND r.read_at = h.read_at
                                  AND r.id = h.read_id)
            RETURNING h.agency_id)
        SELECT note_part(g.agency_id, g.run_id, 'hit', $3, a.n, 0)
          FROM (SELECT agency_id, count(*) AS n FROM away GROUP BY 1) a JOIN going g ON g.agency_id = a.agency_id$q$
        USING v_from, v_to, p_month;
    CREATE TEMP TABLE gone_alert ON COMMIT DROP AS
        SELECT a.agency_id, a.id FROM alert a JOIN going g ON g.agency_id = a.agency_id
         WHERE a.read_at >= v_from AND a.read_at < v_to
           AND NOT EXISTS (SELECT 1 FROM hit h WHERE h.agency_id = a.agency_id AND h.alert_id = a.id)
           AND NOT EXISTS (SELECT 1 FROM read r WHERE r.agency_id = a.agency_id AND r.read_at = a.read_at
                              AND r.id = a.read_id);
    FOR v_child IN SELECT c.conrelid::regclass AS name, conrelid FROM pg_constraint c
                    WHERE c.confrelid = 'public.alert'::regclass AND c.contype = 'f' LOOP
        PERFORM set_config('platekeeper.purging', v_child.name::text, true);
        EXECUTE format('DELETE FROM %s s USING gone_alert a WHERE s.agency_id = a.agency_id AND s.alert_id = a.id',
                       v_child.name);
    END LOOP;
    PERFORM set_config('platekeeper.purging', '', true);
    DELETE FROM alert a USING gone_alert n WHERE a.agency_id = n.agency_id AND a.id = n.id;
    PERFORM note_part(g.agency_id, g.run_id, 'alert', p_month, count(*), 0)
       FROM gone_alert a JOIN going g ON g.agency_id = a.agency_id GROUP BY g.agency_id, g.run_id;
    IF to_regclass('public.read_' || v_tail) IS NOT NULL THEN
        PERFORM forget_statistics('read_' || v_tail, false);
        EXECUTE format('ANALYZE read_%1$s, image_%1$s', v_tail);
    END IF;
END $$;

-- Removes plates of which no read is left, from among those given or, where none are, the next of all that were last
-- seen in p_through or before. Returns how far it came; NULL at the end. Writers of those months wait for a moment, or a
-- late read could lose its plate.
CREATE FUNCTION tidy_plates(p_agency bigint, p_plates text[], p_through date, p_after text, p_limit integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_run record;
    v_some text[];
    v_gone bigint;
BEGIN
    SELECT * INTO v_run FROM open_runs() r WHERE r.agency_id = p_agency;
    IF v_run.run_id IS NULL THEN
        RAISE EXCEPTION 'no purge is open for this agency' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM lock_politely(coalesce((
        SELECT array_agg('public.' || c.relname) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'public.read'::regclass AND c.relname <= 'read_' || to_char(p_through, 'YYYY_MM')), '{}'), 'SHARE');
    SELECT array_agg(s.plate) INTO v_some FROM (
        SELECT p.plate FROM plate p
         WHERE p.agency_id = p_agency AND p.last_month <= p_through AND p.plate > p_after
           AND (p_plates IS NULL OR p.plate = ANY (p_plates))
         ORDER BY p.plate LIMIT p_limit) s;
    DELETE FROM plate p
     WHERE p.agency_id = p_agency AND p.plate = ANY (v_some) AND p.last_month <= p_through
       AND NOT EXISTS (SELECT 1 FROM read r WHERE r.agency_id = p_agency AND r.plate = p.plate
                          AND r.read_at < (p_through + interval '1 month') AT TIME ZONE 'UTC');
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    IF v_gone > 0 THEN
        PERFORM note_part(p_agency, v_run.run_id, 'plate', p_through, v_gone, 0);
    END IF;
    RETURN v_some[p_limit];
END $$;
