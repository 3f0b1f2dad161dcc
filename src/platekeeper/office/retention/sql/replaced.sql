-- What overwrote a hot list's file leaves nothing of it but its digest, its counts and its times (HOT-04); alerts keep what matched
-- (C-10). So it is with a file that waited for a person until another came.

-- Forgets entries of a version that is neither in force nor waiting, so many at once, and says whether there were any. An hour, so
-- that who began to compare a batch with it ends; and what the case of a hold names stays while the hold does (RET-04).
CREATE FUNCTION forget_replaced_entries(p_limit integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_version hot_list_version;
    v_held text[] := ARRAY(
        SELECT h.agency_id || ' ' || h.case_number FROM hold h
         WHERE h.scope = 'CASE' AND (hold_state(h.agency_id, h.id)).step NOT IN ('REFUSE', 'RELEASE'));
BEGIN
    SELECT v.* INTO v_version FROM hot_list_version v JOIN hot_list l ON l.id = v.hot_list_id
     WHERE v.id IS DISTINCT FROM l.current_id AND v.id IS DISTINCT FROM l.waiting_id
       AND coalesce(l.in_force_at, '-infinity') < now() - interval '1 hour'
       AND EXISTS (SELECT FROM hot_list_entry e WHERE e.agency_id = v.agency_id AND e.version_id = v.id
                      AND e.agency_id || ' ' || e.case_number <> ALL (v_held))
     LIMIT 1;
    DELETE FROM hot_list_entry e USING (
        SELECT y.number FROM hot_list_entry y
         WHERE y.agency_id = v_version.agency_id AND y.version_id = v_version.id
           AND y.agency_id || ' ' || y.case_number <> ALL (v_held) LIMIT p_limit) AS gone
     WHERE e.agency_id = v_version.agency_id AND e.version_id = v_version.id AND e.number = gone.number;
    RETURN FOUND;
END $$;
