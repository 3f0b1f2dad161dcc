-- The agency's own entries: a request is written once, and its steps are only added. Who approves is never who asked,
-- whatever the pages believe (HOT-06).

CREATE FUNCTION request_entry(p_person_id bigint, p_request jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_who record;
    v_id bigint;
BEGIN
    SELECT p.agency_id, p.username, a.slug INTO v_who
      FROM person p JOIN agency a ON a.id = p.agency_id WHERE p.id = p_person_id AND may_act(p);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no person of that number may act now (USR-09, USR-11)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO entry_request (agency_id, plate, region, vehicle, interest, purpose, case_agent, case_number, synopsis,
                               report_attested, is_personal, expires_at, shift_ends_at, requested_by_id, requested_at)
    SELECT v_who.agency_id, r.plate, r.region, r.vehicle, r.interest, r.purpose, r.case_agent, r.case_number, r.synopsis,
           r.report_attested, r.is_personal, r.expires_at, r.shift_ends_at, p_person_id, clock_timestamp()
      FROM jsonb_to_record(p_request) AS r(
           plate text, region text, vehicle text, interest text, purpose text, case_agent text, case_number text,
           synopsis text, report_attested boolean, is_personal boolean, expires_at timestamptz, shift_ends_at timestamptz)
    RETURNING id INTO v_id;
    PERFORM append_entry(v_who.slug, 'hot-list.entry-requested', v_who.username, v_id::text, p_request::text);
    RETURN v_id;
END $$;

CREATE FUNCTION step_entry(p_person_id bigint, p_request_id bigint, p_step text, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_who record;
    v_request entry_request;
BEGIN
    PERFORM pg_advisory_xact_lock(7452011, p_request_id::integer);  -- two who decide at once do it one after the other
    SELECT * INTO v_request FROM entry_request WHERE id = p_request_id;
    SELECT p.agency_id, p.username, p.roles, p.is_on_duty, a.slug INTO v_who
      FROM person p JOIN agency a ON a.id = p.agency_id
     WHERE p.id = p_person_id AND may_act(p) AND p.agency_id = v_request.agency_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no request of that number for this person' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM entry_step WHERE request_id = p_request_id AND step IN ('REFUSED', 'ENDED')) THEN
        RAISE EXCEPTION 'the request is closed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF p_step IN ('APPROVED', 'REFUSED') THEN
        IF p_person_id = v_request.requested_by_id THEN
            RAISE EXCEPTION 'nobody decides on their own request (HOT-06)' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF NOT 'supervisor' = ANY (v_who.roles) THEN
            RAISE EXCEPTION 'a supervisor decides on a request (HOT-06)' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF EXISTS (SELECT FROM entry_step WHERE request_id = p_request_id AND person_id = p_person_id AND step = p_step) THEN
            RAISE EXCEPTION 'a second approval is a second person''s (PUR-04)' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF p_step = 'ENDED' THEN
        IF p_person_id <> v_request.requested_by_id AND NOT v_who.roles && ARRAY['supervisor', 'administrator']::varchar[] THEN
            RAISE EXCEPTION 'an entry is ended by who asked for it, a supervisor or an administrator'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSE
        RAISE EXCEPTION 'there is no step %', p_step USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO entry_step (request_id, step, person_id, on_duty, reason, at)
    VALUES (p_request_id, p_step, p_person_id, v_who.is_on_duty, p_reason, clock_timestamp());
    PERFORM append_entry(
        v_who.slug, 'hot-list.entry-' || lower(p_step), v_who.username, p_request_id::text,
        jsonb_build_object('reason', p_reason, 'on_duty', v_who.is_on_duty)::text);
END $$;

CREATE TRIGGER entry_request_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON entry_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_step_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON entry_step
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
