-- Steps of alerts, for whoever calls: the page, or SQL that somebody smuggled into it. What a step needs is on the alert
-- itself (`demands`), which step may follow is in alert_move, and who takes it is the person of the open access.

CREATE FUNCTION add_alert_step(
    p_agency integer, p_alert uuid, p_number integer, p_move alert_move, p_person bigint, p_username text,
    p_access uuid, p_detail jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO alert_step (agency_id, alert_id, number, step, state, taken_at, person_id, username, access_id, detail)
    VALUES (p_agency, p_alert, p_number, p_move.step, p_move.to_state, clock_timestamp(), p_person, p_username, p_access,
            p_detail);
    PERFORM append_entry(
        (SELECT slug FROM agency WHERE id = p_agency), p_move.event, p_username, p_alert::text,
        jsonb_build_object('number', p_number, 'state', p_move.to_state, 'access', p_access, 'detail', p_detail)::text);
    PERFORM pg_notify('platekeeper_alert', json_build_object('agency', p_agency, 'alert', p_alert)::text);
END $$;

CREATE FUNCTION take_alert_step(p_alert uuid, p_number integer, p_step text, p_detail jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_alert record;
    v_record record;
    v_move alert_move;
    v_demand jsonb;
    v_since integer;
    v_pass text := current_setting('platekeeper.access', true);
BEGIN
    SELECT a.agency_id, a.state, a.steps, a.demands INTO v_alert FROM visible_alert a WHERE a.id = p_alert;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no open access shows such an alert (SRC-01)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- the pass is good, or the view had shown nothing
    SELECT r.id, r.agency_id, r.person_id, r.username INTO v_record FROM access_record r
     WHERE r.agency_id = split_part(v_pass, ':', 1)::integer AND r.id = split_part(v_pass, ':', 2)::uuid;
    IF v_record.agency_id <> v_alert.agency_id THEN
        RAISE EXCEPTION 'people of another agency take no step with this alert (GOV-09)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF p_number <> v_alert.steps + 1 THEN
        RAISE EXCEPTION 'another step was taken in the meantime' USING ERRCODE = 'unique_violation';
    END IF;
    SELECT m.* INTO v_move FROM alert_move m WHERE m.state = v_alert.state AND m.step = p_step AND m.by_person;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'step % does not follow from % (ALR-01)', p_step, v_alert.state
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT coalesce(max(s.number), 0) INTO v_since FROM alert_step s
     WHERE s.agency_id = v_alert.agency_id AND s.alert_id = p_alert AND s.step = 'restore';
    FOR v_demand IN SELECT d FROM jsonb_array_elements(v_alert.demands) AS d WHERE d->>'step' = p_step LOOP
        IF NOT EXISTS (
            SELECT FROM alert_step s
             WHERE s.agency_id = v_alert.agency_id AND s.alert_id = p_alert AND s.number > v_since
               AND v_demand->'needs' ? s.step) THEN
            RAISE EXCEPTION '% (%)', v_demand->>'reason', v_demand->>'clause' USING ERRCODE = 'insufficient_privilege';
        END IF;
    END LOOP;
    IF p_step = 'verify' AND NOT EXISTS (
        SELECT FROM hit h WHERE h.agency_id = v_alert.agency_id AND h.alert_id = p_alert
           AND jsonb_array_length(h.explanation->'contradictions') = 0) THEN
        RAISE EXCEPTION 'state or vehicle contradict the list: one person alone does not verify this (ALR-03)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF p_step = 'second-look' AND v_record.person_id = (
        SELECT s.person_id FROM alert_step s
         WHERE s.agency_id = v_alert.agency_id AND s.alert_id = p_alert AND s.step = 'differ'
         ORDER BY s.number DESC LIMIT 1) THEN
        RAISE EXCEPTION 'the second look is another person''s (ALR-03)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM add_alert_step(
        v_alert.agency_id, p_alert, p_number, v_move, v_record.person_id, v_record.username, v_record.id, p_detail);
    IF p_step = 'entry-wrong' THEN
        PERFORM cancel_entry(
            v_alert.agency_id, p_alert, (p_detail->>'version_id')::bigint, (p_detail->>'entry_number')::integer,
            p_detail->>'reason', v_record.username);
    END IF;
    RETURN v_move.to_state;
END $$;

-- A wrong entry of a hit of this alert: it raises nothing here from now on.
CREATE FUNCTION cancel_entry(
    p_agency integer, p_alert uuid, p_version bigint, p_number integer, p_reason text, p_username text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_other record;
BEGIN
    INSERT INTO entry_cancellation (agency_id, alert_id, hot_list_id, list_name, plate, match_key, region, category,
                                    record, reason, cancelled_by, cancelled_at)
    SELECT DISTINCT ON (h.version_id, h.entry_number)
           p_agency, p_alert, v.hot_list_id, h.list_name, h.entry->>'plate', plate_match_key(h.entry->>'plate'),
           coalesce(h.entry->>'region', ''), h.entry->>'category',
           coalesce(h.entry->>'record', ''), p_reason, p_username, clock_timestamp()
      FROM hit h JOIN hot_list_version v ON v.id = h.version_id
     WHERE h.agency_id = p_agency AND h.alert_id = p_alert AND h.version_id = p_version AND h.entry_number = p_number
    ON CONFLICT DO NOTHING;
    IF NOT FOUND AND NOT EXISTS (
        SELECT FROM hit h WHERE h.agency_id = p_agency AND h.alert_id = p_alert
           AND h.version_id = p_version AND h.entry_number = p_number) THEN
        RAISE EXCEPTION 'the entry is none of this alert (HOT-10)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- nobody acts on another alert of the same entry either, unless a second entry bears it
    FOR v_other IN
        SELECT a.id, coalesce(l.number, 0) AS steps, m AS move
          FROM alert a
          LEFT JOIN LATERAL (
               SELECT s.state, s.number FROM alert_step s
                WHERE s.agency_id = a.agency_id AND s.alert_id = a.id ORDER BY s.number DESC LIMIT 1) AS l ON true
          JOIN alert_move m ON m.state = coalesce(l.state, 'RAISED') AND m.step = 'entry-cancelled'
         WHERE a.agency_id = p_agency AND a.id <> p_alert AND a.raised_at > now() - interval '24 hours'
           AND EXISTS (SELECT FROM hit h WHERE h.agency_id = a.agency_id AND h.alert_id = a.id)
           AND NOT EXISTS (
               SELECT FROM hit h JOIN hot_list_version v ON v.id = h.version_id
                WHERE h.agency_id = a.agency_id AND h.alert_id = a.id AND NOT EXISTS (
                      SELECT FROM entry_cancellation c
                       WHERE c.agency_id = h.agency_id AND c.hot_list_id = v.hot_list_id AND c.dropped_at IS NULL
                         AND c.match_key = plate_match_key(h.entry->>'plate')
                         AND c.region = coalesce(h.entry->>'region', '') AND c.category = h.entry->>'category'
                         AND c.record IN ('', coalesce(h.entry->>'record', ''))))
           AND NOT EXISTS (SELECT FROM alert_step s
                            WHERE s.agency_id = a.agency_id AND s.alert_id = a.id AND s.step = 'entry-cancelled')
    LOOP
        PERFORM add_alert_step(
            p_agency, v_other.id, v_other.steps + 1, v_other.move, NULL, 'platekeeper', NULL,
            jsonb_build_object('alert', p_alert));
    END LOOP;
END $$;

-- Communications has put a cancellation on the air.
CREATE FUNCTION broadcast_cancellation(p_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_agency integer;
    v_username text;
    v_pass text := current_setting('platekeeper.access', true);
BEGIN
    SELECT c.agency_id INTO v_agency FROM visible_entry_cancellation c WHERE c.id = p_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no open access shows such a cancellation (SRC-01)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT r.username INTO v_username FROM access_record r
     WHERE r.agency_id = split_part(v_pass, ':', 1)::integer AND r.id = split_part(v_pass, ':', 2)::uuid
       AND r.agency_id = v_agency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'people of another agency broadcast no cancellation here (GOV-09)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE entry_cancellation SET broadcast_at = clock_timestamp(), broadcast_by = v_username
     WHERE agency_id = v_agency AND id = p_id AND broadcast_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM append_entry((SELECT slug FROM agency WHERE id = v_agency), 'hot-list.cancellation-broadcast', v_username,
                         p_id::text, '{}');
    PERFORM pg_notify('platekeeper_alert', json_build_object('agency', v_agency, 'dispatch', p_id)::text);
    RETURN true;
END $$;

-- Cancellations whose source has dropped the entry end; a later entry of the same plate is a new one (HOT-10).
CREATE FUNCTION end_cancellations() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_one record;
    v_ended integer := 0;
BEGIN
    FOR v_one IN
        UPDATE entry_cancellation c SET dropped_at = clock_timestamp()
         WHERE c.dropped_at IS NULL AND NOT EXISTS (
               SELECT FROM hot_list l JOIN hot_list_entry e ON e.agency_id = l.agency_id AND e.version_id = l.current_id
                WHERE l.id = c.hot_list_id AND e.agency_id = c.agency_id AND e.fold = plate_fold(c.match_key)
                  AND e.match_key = c.match_key AND e.region = c.region AND e.category = c.category
                 AND c.record IN ('', e.record))
        RETURNING c.agency_id, c.id
    LOOP
        PERFORM append_entry((SELECT slug FROM agency WHERE id = v_one.agency_id), 'hot-list.cancellation-ended',
                             'platekeeper', v_one.id::text, '{}');
        v_ended := v_ended + 1;
    END LOOP;
    RETURN v_ended;
END $$;

-- What later readings of a passage say about its alert: one that no longer matches withdraws it, a still later one
-- that matches again restores it. Called with the reads just stored, inside their transaction.
CREATE FUNCTION revise_alerts(p_agency integer, p_passages uuid[], p_reads uuid[], p_revisions integer[], p_hits boolean[])
RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_new record;
    v_alert record;
    v_last record;
    v_move alert_move;
BEGIN
    FOR v_new IN
        SELECT * FROM unnest(p_passages, p_reads, p_revisions, p_hits) AS n(passage, read_id, revision, is_hit)
         ORDER BY n.revision
    LOOP
        SELECT a.id INTO v_alert FROM alert a WHERE a.agency_id = p_agency AND a.id = v_new.passage;
        CONTINUE WHEN NOT FOUND;
        SELECT s.state, s.step, s.number, s.detail INTO v_last FROM alert_step s
         WHERE s.agency_id = p_agency AND s.alert_id = v_alert.id ORDER BY s.number DESC LIMIT 1;
        IF v_new.is_hit THEN
            CONTINUE WHEN v_last.step IS DISTINCT FROM 'revise' OR v_last.state <> 'WITHDRAWN'
                       OR (v_last.detail->>'revision')::integer >= v_new.revision;
            SELECT m.* INTO v_move FROM alert_move m WHERE m.state = v_last.state AND m.step = 'restore';
        ELSE
            -- a reading as late as this one, or later, still matches
            CONTINUE WHEN EXISTS (
                SELECT FROM hit h JOIN read r ON r.agency_id = h.agency_id AND r.read_at = h.read_at AND r.id = h.read_id
                 WHERE h.agency_id = p_agency AND h.alert_id = v_alert.id AND r.revision >= v_new.revision);
            SELECT m.* INTO v_move FROM alert_move m
             WHERE m.state = coalesce(v_last.state, 'RAISED') AND m.step = 'revise';
        END IF;
        CONTINUE WHEN v_move.step IS NULL;
        PERFORM add_alert_step(
            p_agency, v_alert.id, coalesce(v_last.number, 0) + 1, v_move, NULL, 'platekeeper', NULL,
            jsonb_build_object('read', v_new.read_id, 'revision', v_new.revision));
        RETURN NEXT v_alert.id;
    END LOOP;
END $$;

-- Alerts that nobody finished in a shift: they leave the queue, and the ledger says so. Before that none does, whoever asks.
CREATE FUNCTION expire_alerts(p_before timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_one record;
BEGIN
    FOR v_one IN
        SELECT a.agency_id, a.id, coalesce(l.number, 0) AS steps, m AS move
          FROM alert a
          LEFT JOIN LATERAL (
               SELECT s.state, s.number FROM alert_step s
                WHERE s.agency_id = a.agency_id AND s.alert_id = a.id ORDER BY s.number DESC LIMIT 1) AS l ON true
          JOIN alert_move m ON m.state = coalesce(l.state, 'RAISED') AND m.step = 'expire'
         WHERE a.raised_at < least(p_before, clock_timestamp() - interval '12 hours')   -- queries.EXPIRES_AFTER
         ORDER BY a.raised_at LIMIT 500
    LOOP
        PERFORM add_alert_step(
            v_one.agency_id, v_one.id, v_one.steps + 1, v_one.move, NULL, 'platekeeper', NULL, '{}');
        RETURN NEXT v_one.id;
    END LOOP;
END $$;

-- Stops whose disposition nobody noted (ALR-06): who is to be asked, never what was read.
CREATE FUNCTION open_stops(p_before timestamptz)
RETURNS TABLE (agency_id integer, alert_id uuid, stopped_at timestamptz, person_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.agency_id, s.alert_id, s.taken_at, s.person_id FROM alert_step s
     WHERE s.step = 'stop' AND s.taken_at < p_before
       AND NOT EXISTS (SELECT FROM alert_step c
                        WHERE c.agency_id = s.agency_id AND c.alert_id = s.alert_id AND c.step = 'close')
$$;
