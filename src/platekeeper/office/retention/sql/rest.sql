-- What a purge destroys that is no read: reads in quarantine and access records.

-- The reads in quarantine, arrived in some time, that a hold keeps (RET-04): rather a read too many. When a read of a
-- camera whose clock runs ahead was taken, nobody knows more than that it was before it arrived; one without a place may
-- be from anywhere. None was ever compared with a list, so a case keeps the plates that its entries name, or named.
CREATE OR REPLACE FUNCTION held_quarantine(p_agency bigint, p_from timestamptz, p_to timestamptz)
RETURNS TABLE (id uuid, hold_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH active AS MATERIALIZED (
        SELECT h.*, tstzrange(h.covers_from, h.covers_to) AS covered FROM hold h
         WHERE h.agency_id = p_agency AND (hold_state(h.agency_id, h.id)).step NOT IN ('REFUSE', 'RELEASE')),
    wanted AS MATERIALIZED (
        SELECT DISTINCT h.id, '^' || replace(replace(e.match_key, '?', '.'), '*', '.*') || '$' AS pattern, e.fold
          FROM active h
          JOIN (SELECT y.case_number, y.match_key, y.fold FROM hot_list_entry y WHERE y.agency_id = p_agency
                 UNION ALL      -- versions that were replaced are forgotten, what was asked for here is not
                SELECT q.case_number, plate_match_key(q.plate), plate_fold(q.plate) FROM entry_request q
                 WHERE q.agency_id = p_agency) e ON e.case_number = h.case_number
         WHERE h.scope = 'CASE'),
    waiting AS MATERIALIZED (
        SELECT q.id, s.plate, plate_match_key(s.plate) AS match_key, plate_fold(s.plate) AS fold,
               coalesce((q.body#>>'{position,lat}')::float8, c.lat) AS lat,
               coalesce((q.body#>>'{position,lon}')::float8, c.lon) AS lon,
               CASE WHEN s.at <= q.received_at THEN tstzrange(s.at, s.at, '[]') ELSE tstzrange(NULL, q.received_at) END AS seen
          FROM quarantined_read q
         CROSS JOIN LATERAL (
               SELECT q.body#>>'{plate,norm}' AS plate, (q.body->>'captured_at')::timestamptz AS at) s
          LEFT JOIN LATERAL (
               SELECT c.lat, c.lon FROM camera c
                WHERE c.agency_id = p_agency AND c.ref IN (q.body#>>'{camera,id}', q.body#>>'{camera,ref_raw}')
                ORDER BY c.ref = q.body#>>'{camera,id}' DESC NULLS LAST LIMIT 1) c ON true
         WHERE q.agency_id = p_agency AND q.received_at >= p_from AND q.received_at < p_to)
    SELECT q.id, h.id FROM active h JOIN waiting q ON h.covered && q.seen
     WHERE CASE h.scope
           WHEN 'PLATE' THEN q.plate = h.plate
           WHEN 'AREA' THEN q.lat IS NULL OR q.lon IS NULL OR (
                q.lat BETWEEN h.lat - h.radius_m / 110000 AND h.lat + h.radius_m / 110000
                AND q.lon BETWEEN h.lon - h.radius_m / (110000 * greatest(cos(radians(h.lat)), 0.01))
                              AND h.lon + h.radius_m / (110000 * greatest(cos(radians(h.lat)), 0.01)))
           WHEN 'CASE' THEN EXISTS (
                SELECT 1 FROM wanted w WHERE w.id = h.id AND (q.match_key ~ w.pattern OR q.fold = w.fold))
           ELSE false END
    UNION
    SELECT q.id, h.id FROM active h JOIN hold_read l ON l.agency_id = h.agency_id AND l.hold_id = h.id
      JOIN waiting q ON q.id = l.read_id
$$;

-- Reads that nobody could place go by their arrival: how many are due, how many of the due are held, and by which hold.
CREATE OR REPLACE FUNCTION quarantine_plan(p_agency bigint, p_before timestamptz)
RETURNS TABLE (due bigint, held bigint, holds jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH kept AS MATERIALIZED (SELECT k.id, k.hold_id FROM held_quarantine(p_agency, '-infinity', p_before) k)
    SELECT count(*) FILTER (WHERE q.id NOT IN (SELECT k.id FROM kept k)),
           count(*) FILTER (WHERE q.id IN (SELECT k.id FROM kept k)),
           (SELECT coalesce(jsonb_object_agg(n.hold_id, n.reads), '{}')
              FROM (SELECT k.hold_id, count(*) AS reads FROM kept k GROUP BY 1) n)
      FROM quarantined_read q WHERE q.agency_id = p_agency AND q.received_at < p_before
$$;
DROP FUNCTION IF EXISTS due_quarantine(bigint, timestamptz);

CREATE OR REPLACE FUNCTION purge_quarantine(p_agency bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_run record;
    v_gone bigint;
    v_held bigint;
BEGIN
    PERFORM purge_or_hold();
    SELECT * INTO STRICT v_run FROM open_runs() r WHERE r.agency_id = p_agency;
    SELECT p.held INTO v_held FROM quarantine_plan(p_agency, v_run.reads_before) p;
    DELETE FROM quarantined_read q
     WHERE q.agency_id = p_agency AND q.received_at < v_run.reads_before
       AND q.id NOT IN (SELECT k.id FROM held_quarantine(p_agency, '-infinity', v_run.reads_before) k);
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    IF v_gone > 0 THEN
        PERFORM note_part(p_agency, v_run.run_id, 'quarantined-read', NULL, v_gone, v_held);
    END IF;
    RETURN v_gone;
END $$;

-- Access records, by their own and longer period, with what the ledger keeps of their contents (AUD-01). The ledger's
-- other details tell of decisions, not of who looked: no policy gives them an end, and they stay.
CREATE OR REPLACE FUNCTION purge_records(p_agency bigint, p_limit integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_run purge_run;
    v_gone bigint;
BEGIN
    SELECT * INTO STRICT v_run FROM purge_run r WHERE r.agency_id = p_agency AND r.finished_at IS NULL;
    PERFORM refuse_early_record_purge(p_agency, v_run.records_before);
    CREATE TEMP TABLE gone_record ON COMMIT DROP AS
        SELECT a.id, a.accessed_at FROM access_record a
         WHERE a.agency_id = p_agency AND a.accessed_at < v_run.records_before ORDER BY a.accessed_at LIMIT p_limit;
    PERFORM set_config('platekeeper.purging', 'access_grant', true);
    DELETE FROM access_grant a USING gone_record g WHERE a.agency_id = p_agency AND a.access_id = g.id;
    PERFORM set_config('platekeeper.purging', 'access_record', true);
    DELETE FROM access_record a USING gone_record g WHERE a.agency_id = p_agency AND a.id = g.id;
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    PERFORM set_config('platekeeper.purging', '', true);
    IF v_gone > 0 THEN
        PERFORM note_part(p_agency, v_run.id, 'access-record', NULL, v_gone, 0, min(g.accessed_at), max(g.accessed_at),
            NULL, NULL, sha256(string_agg(uuid_send(g.id), '' ORDER BY g.accessed_at, g.id))) FROM gone_record g;
    END IF;
    IF v_gone < p_limit THEN
        PERFORM erase_details((SELECT slug FROM agency WHERE id = p_agency), ARRAY['access.opened', 'access.denied'],
            v_run.records_before, v_run.started_by, 'the period of access records has ended (AUD-01)');
    END IF;
    RETURN v_gone >= p_limit;
END $$;
CREATE OR REPLACE FUNCTION due_records(p_agency bigint, p_before timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (SELECT count(*) FROM access_record a WHERE a.agency_id = p_agency AND a.accessed_at < p_before)
$$;
