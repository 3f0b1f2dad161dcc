-- The rest of a purge: what is no read, the certificate, and empty partitions.

-- Reads that nobody could place go by their arrival; those of a held plate stay.
CREATE FUNCTION purge_quarantine(p_agency bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_run record;
    v_gone bigint;
BEGIN
    PERFORM purge_or_hold();
    SELECT * INTO STRICT v_run FROM open_runs() r WHERE r.agency_id = p_agency;
    DELETE FROM quarantined_read q
     WHERE q.agency_id = p_agency AND q.received_at < v_run.reads_before
       AND NOT EXISTS (SELECT 1 FROM hold h
                        WHERE h.agency_id = p_agency AND h.scope = 'PLATE' AND q.body#>>'{plate,norm}' = h.plate
                          AND (hold_state(h.agency_id, h.id)).step NOT IN ('REFUSE', 'RELEASE'));
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    IF v_gone > 0 THEN
        PERFORM note_part(p_agency, v_run.run_id, 'quarantined-read', NULL, v_gone, 0);
    END IF;
    RETURN v_gone;
END $$;

-- Access records, by their own and longer period, with what the ledger keeps of their contents (AUD-01).
CREATE FUNCTION purge_records(p_agency bigint, p_limit integer) RETURNS boolean
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
        IF v_gone < p_limit THEN
            PERFORM erase_details((SELECT slug FROM agency WHERE id = p_agency), v_run.records_before, v_run.started_by,
                'the period of access records has ended (AUD-01)');
        END IF;
    END IF;
    RETURN v_gone >= p_limit;
END $$;
CREATE FUNCTION due_records(p_agency bigint, p_before timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (SELECT count(*) FROM access_record a WHERE a.agency_id = p_agency AND a.accessed_at < p_before)
$$;
CREATE FUNCTION due_quarantine(p_agency bigint, p_before timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (SELECT count(*) FROM quarantined_read q WHERE q.agency_id = p_agency AND q.received_at < p_before)
$$;

-- Ends a run with its certificate; the ledger keeps the certificate's digest for good.
CREATE FUNCTION finish_purge(p_agency bigint, p_run uuid, p_body text, p_signature bytea, p_public_key bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE purge_run SET finished_at = clock_timestamp() WHERE agency_id = p_agency AND id = p_run AND finished_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such purge is open' USING ERRCODE = 'no_data_found';
    END IF;
    INSERT INTO purge_certificate VALUES (p_agency, p_run, p_body, p_signature, p_public_key, clock_timestamp());
    PERFORM append_entry((SELECT slug FROM agency WHERE id = p_agency), 'purge.certified', 'platekeeper', p_run::text,
        jsonb_build_object('certificate_sha256', encode(sha256(convert_to(p_body, 'UTF8')), 'hex'), 'certificate', p_body)::text);
END $$;

-- Removes a month's partitions in which nothing is left. Says whether it did; where others are busy, it does not.
CREATE FUNCTION drop_empty_month(p_month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '80ms' AS $$
DECLARE
    v_tail text := to_char(p_month, 'YYYY_MM');
    v_any boolean;
BEGIN
    IF to_regclass('public.read_' || v_tail) IS NULL OR p_month > (now() - interval '3 months')::date THEN
        RETURN false;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM read_%1$s) OR EXISTS (SELECT 1 FROM image_%1$s)', v_tail) INTO v_any;
    IF v_any THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE read_%1$s, image_%1$s IN ACCESS EXCLUSIVE MODE', v_tail);
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM read_%1$s) OR EXISTS (SELECT 1 FROM image_%1$s)', v_tail) INTO v_any;
    IF v_any THEN
        RETURN false;
    END IF;
    EXECUTE format('DROP TABLE read_%1$s, image_%1$s', v_tail);
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END $$;

-- Statistics quote plates: those of the index of plates are made anew, and those over all months where somebody made any.
CREATE FUNCTION renew_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM forget_statistics('plate', false);
    ANALYZE plate;
    IF EXISTS (SELECT 1 FROM pg_stats WHERE schemaname = 'public' AND tablename = 'read') THEN
        PERFORM forget_statistics('read', true);
        ANALYZE read;
    END IF;
END $$;
