-- Keys and pictures of what was purged: a key goes when its slice of time is over and no picture names it; held
-- pictures move to a key of their own first (promise 5, ADR 0015).

-- Keys under which nothing more can be sealed, and whether held pictures still need them.
CREATE FUNCTION due_keys(p_agency bigint)
RETURNS TABLE (name text, ends_at timestamptz, wrapped bytea, pictures bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT y.name, y.ends_at, y.wrapped,
           (SELECT count(*) FROM image i WHERE i.agency_id = y.agency_id AND i.key_name = y.name)
      FROM image_key y JOIN open_runs() r ON r.agency_id = y.agency_id
     WHERE y.agency_id = p_agency AND y.ends_at <= r.reads_before
       AND (y.name NOT LIKE '%+%'
            OR EXISTS (SELECT 1 FROM purged_picture g WHERE g.agency_id = y.agency_id AND g.key_name = y.name)
            OR NOT EXISTS (SELECT 1 FROM image i WHERE i.agency_id = y.agency_id AND i.key_name = y.name))
     ORDER BY y.name
$$;
-- How many keys are due of which no picture is left: a day's key ends after the last of its reads.
CREATE FUNCTION idle_keys(p_agency bigint, p_before timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (SELECT count(*) FROM image_key y
             WHERE y.agency_id = p_agency AND y.ends_at <= p_before
               AND NOT EXISTS (SELECT 1 FROM image i WHERE i.agency_id = y.agency_id AND i.key_name = y.name))
$$;
CREATE FUNCTION held_pictures(p_agency bigint, p_key text) RETURNS TABLE (read_at timestamptz, read_id uuid, role text, sha256 bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT i.read_at, i.read_id, i.role, i.sha256 FROM image i
     WHERE i.agency_id = p_agency AND i.key_name = p_key
       AND EXISTS (SELECT 1 FROM due_keys(p_agency) d WHERE d.name = p_key)
$$;
-- A key for the held pictures of another one's slice: +1, +2, ...
CREATE FUNCTION add_held_key(p_agency bigint, p_old text, p_new text, p_wrapped bytea) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (split_part(p_new, '+', 1) = split_part(p_old, '+', 1)
        AND split_part(p_new || '+0', '+', 2)::integer = split_part(p_old || '+0', '+', 2)::integer + 1) IS NOT TRUE
    THEN
        RAISE EXCEPTION '% does not follow key %', p_new, p_old USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO image_key (agency_id, name, ends_at, wrapped)
    SELECT y.agency_id, p_new, y.ends_at, p_wrapped FROM image_key y WHERE y.agency_id = p_agency AND y.name = p_old
    ON CONFLICT DO NOTHING;
    RETURN (SELECT y.wrapped FROM image_key y WHERE y.agency_id = p_agency AND y.name = p_new);
END $$;
CREATE FUNCTION move_picture(p_agency bigint, p_read_at timestamptz, p_read uuid, p_role text, p_old text, p_new text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF split_part(p_new, '+', 1) <> split_part(p_old, '+', 1)
        OR NOT EXISTS (SELECT 1 FROM image_key y WHERE y.agency_id = p_agency AND y.name = p_new)
        OR NOT EXISTS (SELECT 1 FROM due_keys(p_agency) d WHERE d.name = p_old)
    THEN
        RAISE EXCEPTION 'a picture moves from a key that is due to one of its own slice' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE image SET key_name = p_new
     WHERE agency_id = p_agency AND read_at = p_read_at AND read_id = p_read AND role = p_role AND key_name = p_old;
END $$;

-- Destroys keys. The table is written anew, so that no page of it keeps the bytes.
CREATE FUNCTION destroy_keys(p_agency bigint, p_names text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_run record;
    v_bad text;
BEGIN
    SELECT * INTO v_run FROM open_runs() r WHERE r.agency_id = p_agency;
    -- a name that is none equals nothing and differs from nothing: what it is compared with would be neither bad nor kept
    IF v_run.run_id IS NULL OR p_names IS NULL OR array_position(p_names, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'keys are destroyed by name, in a purge that is open (RET-01)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM lock_politely(ARRAY['public.image_key'], 'ACCESS EXCLUSIVE');
    SELECT y.name INTO v_bad FROM image_key y
     WHERE y.agency_id = p_agency AND y.name = ANY (p_names)
       AND (y.ends_at > v_run.reads_before
            OR EXISTS (SELECT 1 FROM image i WHERE i.agency_id = y.agency_id AND i.key_name = y.name));
    IF v_bad IS NOT NULL THEN
        RAISE EXCEPTION 'key % still serves pictures that are not due (RET-01, RET-04)', v_bad
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    CREATE TEMP TABLE kept_key ON COMMIT DROP AS
        SELECT * FROM image_key y WHERE (y.agency_id = p_agency AND y.name = ANY (p_names)) IS NOT TRUE;
    TRUNCATE image_key;
    INSERT INTO image_key SELECT * FROM kept_key;
    DELETE FROM purged_picture g WHERE g.agency_id = p_agency AND g.key_name = ANY (p_names);
    PERFORM note_part(p_agency, v_run.run_id, 'image-key', NULL, cardinality(p_names), 0, NULL, NULL, NULL, NULL,
        sha256(convert_to(array_to_string(p_names, ','), 'UTF8')));
END $$;
CREATE FUNCTION known_keys(p_agency bigint) RETURNS TABLE (name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT y.name FROM image_key y WHERE y.agency_id = p_agency
$$;

-- Files to remove one by one, and those that are no longer: another read may have brought the same picture.
CREATE FUNCTION pictures_to_remove(p_agency bigint) RETURNS TABLE (key_name text, sha256 bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT g.key_name, g.sha256 FROM purged_picture g
     WHERE g.agency_id = p_agency
       AND NOT EXISTS (SELECT 1 FROM image i WHERE i.agency_id = g.agency_id AND i.key_name = g.key_name AND i.sha256 = g.sha256)
$$;
CREATE FUNCTION pictures_removed(p_agency bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM purged_picture g WHERE g.agency_id = p_agency AND g.key_name NOT LIKE '%+%'
$$;
