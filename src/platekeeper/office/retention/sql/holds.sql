-- What is kept beyond its schedule (RET-04, HLD). A hold counts from its request, so that nothing goes while a
-- supervisor reads it, until it is refused or released; what state it is in is the latest of its steps.

CREATE TABLE hold (
    agency_id bigint NOT NULL REFERENCES agency,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    kind text NOT NULL CHECK (kind <> ''),              -- the policy's exception that it stands on
    case_number text NOT NULL CHECK (btrim(case_number) <> ''),
    reason text NOT NULL CHECK (btrim(reason) <> ''),
    contact text NOT NULL CHECK (btrim(contact) <> ''),
    scope text NOT NULL CHECK (scope IN ('READS', 'PLATE', 'AREA', 'CASE')),
    plate text NOT NULL DEFAULT '',
    lat double precision,
    lon double precision,
    radius_m double precision,
    covers_from timestamptz,                            -- by the moment of capture, half-open; NULL: open
    covers_to timestamptz,
    requested_at timestamptz NOT NULL,
    requested_by_id bigint NOT NULL REFERENCES person,
    requested_by text NOT NULL,
    PRIMARY KEY (agency_id, id),
    CHECK (scope <> 'PLATE' OR plate <> ''),
    CHECK (scope <> 'AREA' OR num_nulls(lat, lon, radius_m, covers_from, covers_to) = 0),
    CHECK (covers_from < covers_to)
);
CREATE TABLE hold_read (
    agency_id bigint NOT NULL,
    hold_id uuid NOT NULL,
    read_at timestamptz NOT NULL,
    read_id uuid NOT NULL,
    PRIMARY KEY (agency_id, hold_id, read_at, read_id),
    FOREIGN KEY (agency_id, hold_id) REFERENCES hold
);
CREATE INDEX hold_read_time ON hold_read (agency_id, read_at);
CREATE TABLE hold_step (
    agency_id bigint NOT NULL,
    hold_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),         -- the key lets only one of two people take the same step
    step text NOT NULL CHECK (step IN ('REQUEST', 'APPROVE', 'REFUSE', 'BOOK', 'ASK', 'ESCALATE', 'VERIFY',
                                       'ASK_RELEASE', 'RELEASE')),
    taken_at timestamptz NOT NULL,
    person_id bigint,                                   -- NULL: the schedule itself asked
    username text NOT NULL,
    detail jsonb NOT NULL,
    PRIMARY KEY (agency_id, hold_id, number),
    FOREIGN KEY (agency_id, hold_id) REFERENCES hold
);
CREATE TRIGGER hold_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON hold
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER hold_read_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON hold_read
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER hold_step_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON hold_step
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Placing a hold and a step of the purge never run at once: what is held is known before anything goes. An older snapshot
-- would not show the hold that was placed while the step waited for its turn.
CREATE FUNCTION purge_or_hold() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'holds and purges take turns in read committed transactions only: use that isolation level'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    PERFORM pg_advisory_xact_lock(7452101);
END $$;

CREATE FUNCTION request_hold(p_person bigint, p_hold jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_hold hold := jsonb_populate_record(NULL::hold, p_hold);
    v_person person;
BEGIN
    SELECT * INTO v_person FROM person WHERE id = p_person AND may_act(person);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no person of that number may act now (USR-09, USR-11)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM purge_or_hold();
    INSERT INTO hold (agency_id, kind, case_number, reason, contact, scope, plate, lat, lon, radius_m, covers_from,
                      covers_to, requested_at, requested_by_id, requested_by)
    VALUES (v_person.agency_id, v_hold.kind, v_hold.case_number, v_hold.reason, v_hold.contact, v_hold.scope,
            coalesce(v_hold.plate, ''), v_hold.lat, v_hold.lon, v_hold.radius_m, v_hold.covers_from, v_hold.covers_to,
            clock_timestamp(), v_person.id, v_person.username)
    RETURNING * INTO v_hold;
    -- who knows a read by its id alone knows its moment to the millisecond: it is held by its own, or it would not be held
    INSERT INTO hold_read
    SELECT DISTINCT v_hold.agency_id, v_hold.id, coalesce(k.read_at, r.read_at), r.read_id
      FROM jsonb_to_recordset(coalesce(p_hold->'reads', '[]')) AS r(read_at timestamptz, read_id uuid)
      LEFT JOIN read k ON k.agency_id = v_hold.agency_id AND k.id = r.read_id
       AND k.read_at >= date_trunc('milliseconds', r.read_at)
       AND k.read_at < date_trunc('milliseconds', r.read_at) + interval '1 millisecond';
    IF v_hold.scope = 'READS' AND NOT FOUND THEN
        RAISE EXCEPTION 'a hold of single reads names at least one' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO hold_step VALUES (v_hold.agency_id, v_hold.id, 1, 'REQUEST', v_hold.requested_at, v_person.id,
                                  v_person.username, '{}');
    PERFORM append_entry((SELECT slug FROM agency WHERE id = v_hold.agency_id), 'hold.requested', v_person.username,
        v_hold.id::text, p_hold::text);
    RETURN v_hold.id;
END $$;

-- Where a hold stands, and since when: the latest step that moved it.
CREATE FUNCTION hold_state(p_agency bigint, p_hold uuid) RETURNS hold_step
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s FROM hold_step s
     WHERE s.agency_id = p_agency AND s.hold_id = p_hold AND s.step NOT IN ('BOOK', 'ASK', 'ESCALATE', 'VERIFY')
     ORDER BY s.number DESC LIMIT 1
$$;

-- A person's step. What must hold, the database sees to: nobody approves their own request, nothing is released without
-- a disposition, its authority, and a second person (HLD-02 to HLD-04).
CREATE FUNCTION take_hold_step(p_person bigint, p_hold uuid, p_step text, p_detail jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person;
    v_hold hold;
    v_at hold_step;
    v_number integer;
    v_supervises boolean;
BEGIN
    SELECT * INTO v_person FROM person WHERE id = p_person AND may_act(person);
    SELECT * INTO v_hold FROM hold WHERE id = p_hold AND agency_id = v_person.agency_id;
    IF v_hold.id IS NULL THEN
        RAISE EXCEPTION 'there is no such hold in this person''s agency' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM purge_or_hold();
    v_at := hold_state(v_hold.agency_id, v_hold.id);
    v_supervises := v_person.roles::text[] && ARRAY['supervisor', 'commander'];
    IF (CASE p_step
        WHEN 'APPROVE' THEN v_at.step = 'REQUEST' AND v_supervises AND v_person.id <> v_hold.requested_by_id
        WHEN 'REFUSE' THEN v_at.step = 'REQUEST' AND v_supervises AND v_person.id <> v_hold.requested_by_id
        WHEN 'BOOK' THEN v_at.step = 'APPROVE' AND btrim(coalesce(p_detail->>'property_number', '')) <> ''
        WHEN 'VERIFY' THEN v_at.step = 'APPROVE' AND (v_person.id = v_hold.requested_by_id OR v_supervises)
        WHEN 'ASK_RELEASE' THEN v_at.step = 'APPROVE' AND btrim(coalesce(p_detail->>'authority', '')) <> ''
            AND (p_detail->>'disposed_at')::timestamptz <= clock_timestamp()
        WHEN 'RELEASE' THEN v_at.step = 'ASK_RELEASE' AND v_supervises AND v_person.id <> v_at.person_id
        ELSE false
    END) IS NOT TRUE THEN
        RAISE EXCEPTION 'step % does not follow, or not by this person (HLD-02 to HLD-05)', p_step
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT max(number) + 1 INTO v_number FROM hold_step WHERE agency_id = v_hold.agency_id AND hold_id = v_hold.id;
    INSERT INTO hold_step VALUES (v_hold.agency_id, v_hold.id, v_number, p_step, clock_timestamp(), v_person.id,
                                  v_person.username, p_detail);
    PERFORM append_entry((SELECT slug FROM agency WHERE id = v_hold.agency_id),
        'hold.' || CASE p_step WHEN 'APPROVE' THEN 'approved' WHEN 'REFUSE' THEN 'refused' WHEN 'BOOK' THEN 'booked'
                               WHEN 'VERIFY' THEN 'verified' WHEN 'ASK_RELEASE' THEN 'release-requested'
                               ELSE 'released' END,
        v_person.username, v_hold.id::text, p_detail::text);
    RETURN v_number;
END $$;

-- The schedule asks whether a hold is still needed, or tells that nobody answered; neither ends it (HLD-05).
CREATE FUNCTION note_hold_question(p_agency bigint, p_hold uuid, p_step text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_number integer;
BEGIN
    IF p_step NOT IN ('ASK', 'ESCALATE') THEN
        RAISE EXCEPTION 'a schedule asks and escalates, no more (HLD-05)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT max(number) + 1 INTO STRICT v_number FROM hold_step WHERE agency_id = p_agency AND hold_id = p_hold;
    INSERT INTO hold_step VALUES (p_agency, p_hold, v_number, p_step, clock_timestamp(), NULL, 'platekeeper', '{}');
    PERFORM append_entry((SELECT slug FROM agency WHERE id = p_agency),
        CASE p_step WHEN 'ASK' THEN 'hold.verification-asked' ELSE 'hold.escalated' END,
        'platekeeper', p_hold::text, '{}');
    RETURN v_number;
END $$;

-- The reads of some time that a hold keeps. A circle is taken as the square around it: rather a read too many.
CREATE FUNCTION held_reads(p_agency bigint, p_from timestamptz, p_to timestamptz)
RETURNS TABLE (read_at timestamptz, id uuid, hold_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH active AS MATERIALIZED (
        SELECT h.*, greatest(h.covers_from, p_from) AS since, least(h.covers_to, p_to) AS until FROM hold h
         WHERE h.agency_id = p_agency AND (hold_state(h.agency_id, h.id)).step NOT IN ('REFUSE', 'RELEASE'))
    SELECT r.read_at, r.id, l.hold_id
      FROM active h
      JOIN hold_read l ON l.agency_id = h.agency_id AND l.hold_id = h.id
      JOIN read r ON r.agency_id = p_agency AND r.read_at = l.read_at AND r.id = l.read_id
     WHERE l.read_at >= p_from AND l.read_at < p_to
    UNION
    SELECT r.read_at, r.id, h.id
      FROM active h
      JOIN read r ON r.agency_id = p_agency AND r.plate = h.plate AND r.read_at >= h.since AND r.read_at < h.until
     WHERE h.scope = 'PLATE'
    UNION
    SELECT r.read_at, r.id, h.id
      FROM active h
      JOIN read r ON r.agency_id = p_agency AND r.read_at >= h.since AND r.read_at < h.until
           AND r.lat BETWEEN h.lat - h.radius_m / 110000 AND h.lat + h.radius_m / 110000
           AND r.lon BETWEEN h.lon - h.radius_m / (110000 * greatest(cos(radians(h.lat)), 0.01))
                         AND h.lon + h.radius_m / (110000 * greatest(cos(radians(h.lat)), 0.01))
     WHERE h.scope = 'AREA'
    UNION
    SELECT t.read_at, t.read_id, h.id
      FROM active h
      JOIN hit t ON t.agency_id = p_agency AND t.entry->>'case_number' = h.case_number
           AND t.read_at >= h.since AND t.read_at < h.until
     WHERE h.scope = 'CASE'
    UNION
    -- what its investigators gathered in the case belongs to it as much as what its hot-list entries hit
    SELECT i.read_at, i.read_id, h.id
      FROM active h
      JOIN case_file c ON c.agency_id = p_agency AND c.number = h.case_number
      JOIN case_item i ON i.case_id = c.id AND i.kind = 'READ' AND i.read_at >= h.since AND i.read_at < h.until
     WHERE h.scope = 'CASE';
END $$;
