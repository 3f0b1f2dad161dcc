-- The end of a purge: the certificate, and empty partitions.

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
