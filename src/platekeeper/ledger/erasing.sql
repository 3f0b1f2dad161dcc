-- Erases the details of an agency's entries of some events older than a time, at the end of their retention, and says so
-- in the ledger. Details of other events have no end: no policy gives them one. Its one year is the floor under every
-- policy (CJIS AU-11); a policy's own term is longer and its caller's.
DROP FUNCTION IF EXISTS erase_details(text, timestamptz, text, text);
CREATE FUNCTION erase_details(p_agency text, p_events text[], p_before timestamptz, p_actor text, p_reason text)
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_erased bigint;
BEGIN
    IF p_before IS NULL OR p_before > clock_timestamp() - interval '1 year' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = 'Ledger details are kept for at least one year (CJIS AU-11): name a time longer ago.';
    END IF;
    PERFORM set_config('platekeeper.erasing_details', 'on', true);
    DELETE FROM ledger_details d USING ledger_entry e
        WHERE e.sequence = d.sequence AND e.agency = p_agency AND e.event = ANY (p_events) AND e.entry_at < p_before;
    GET DIAGNOSTICS v_erased = ROW_COUNT;
    PERFORM set_config('platekeeper.erasing_details', '', true);
    IF v_erased > 0 THEN
        PERFORM append_entry(
            p_agency, 'ledger-details.erased', p_actor, p_agency,
            jsonb_build_object('before', p_before, 'events', p_events, 'erased', v_erased, 'reason', p_reason)::text
        );
    END IF;
    RETURN v_erased;
END
$$;
REVOKE ALL ON FUNCTION erase_details(text, text[], timestamptz, text, text) FROM PUBLIC;
