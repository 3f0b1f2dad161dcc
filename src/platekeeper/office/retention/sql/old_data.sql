-- Searches of what is logically deleted (RET-06, RET-07): four people, each another, in turn, by the keys of the table.

CREATE TABLE old_data_request (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    agency_id bigint NOT NULL REFERENCES agency,
    circumstance text NOT NULL CHECK (circumstance <> ''),
    condition text NOT NULL,
    order_number text NOT NULL,
    case_number text NOT NULL CHECK (btrim(case_number) <> ''),
    data_wanted text NOT NULL CHECK (btrim(data_wanted) <> ''),
    query jsonb NOT NULL,
    query_digest text NOT NULL,
    requested_at timestamptz NOT NULL,
    requested_by_id bigint NOT NULL REFERENCES person,
    requested_by text NOT NULL
);
CREATE INDEX old_data_request_agency ON old_data_request (agency_id, requested_at DESC);
CREATE TABLE old_data_step (
    request_id uuid NOT NULL REFERENCES old_data_request,
    number integer NOT NULL CHECK (number > 0),
    step text NOT NULL CHECK (step IN ('REQUEST', 'SUBMIT', 'APPROVE', 'EXECUTE', 'HAND_OVER', 'REFUSE')),
    taken_at timestamptz NOT NULL,
    person_id bigint NOT NULL REFERENCES person,
    username text NOT NULL,
    detail jsonb NOT NULL,
    PRIMARY KEY (request_id, number)
);
CREATE UNIQUE INDEX old_data_step_once ON old_data_step (request_id, step);
-- investigator, commanding officer, bureau commander, administrator: nobody is two of them
CREATE UNIQUE INDEX old_data_step_four_people ON old_data_step (request_id, person_id)
    WHERE step IN ('REQUEST', 'SUBMIT', 'APPROVE', 'EXECUTE');
CREATE FUNCTION refuse_out_of_turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_last text := (SELECT s.step FROM old_data_step s WHERE s.request_id = NEW.request_id ORDER BY s.number DESC LIMIT 1);
    v_request old_data_request;
BEGIN
    SELECT * INTO STRICT v_request FROM old_data_request WHERE id = NEW.request_id;
    IF (CASE NEW.step
        WHEN 'REQUEST' THEN v_last IS NULL AND NEW.person_id = v_request.requested_by_id AND NEW.username = v_request.requested_by
        WHEN 'SUBMIT' THEN v_last = 'REQUEST' WHEN 'APPROVE' THEN v_last = 'SUBMIT' WHEN 'EXECUTE' THEN v_last = 'APPROVE'
        WHEN 'HAND_OVER' THEN v_last = 'EXECUTE' WHEN 'REFUSE' THEN v_last IN ('REQUEST', 'SUBMIT') END) IS NOT TRUE
        OR NOT EXISTS (SELECT 1 FROM person p WHERE p.id = NEW.person_id AND p.username = NEW.username
                          AND p.agency_id = v_request.agency_id AND may_act(p))
    THEN
        RAISE EXCEPTION 'step % is out of turn (RET-07)', NEW.step USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.step IN ('EXECUTE', 'HAND_OVER') AND NEW.detail->>'query_digest' IS DISTINCT FROM v_request.query_digest THEN
        RAISE EXCEPTION 'the query is not the one that was approved (RET-07)' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER old_data_step_in_turn BEFORE INSERT ON old_data_step
    FOR EACH ROW EXECUTE FUNCTION refuse_out_of_turn();
-- No step without its entry in the ledger, and no entry without its step.
CREATE FUNCTION tell_old_data_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM append_entry(
        a.slug, 'old-data.' || CASE NEW.step WHEN 'REQUEST' THEN 'requested' WHEN 'SUBMIT' THEN 'submitted'
            WHEN 'APPROVE' THEN 'approved' WHEN 'EXECUTE' THEN 'executed' WHEN 'HAND_OVER' THEN 'handed-over' ELSE 'refused' END,
        NEW.username, NEW.request_id::text, (NEW.detail || jsonb_build_object('policy_version', v.version))::text)
       FROM old_data_request q JOIN agency a ON a.id = q.agency_id
       LEFT JOIN profile_version v ON v.agency_id = a.id AND v.number = a.profile_number
      WHERE q.id = NEW.request_id;
    RETURN NULL;
END $$;
CREATE TRIGGER old_data_step_told AFTER INSERT ON old_data_step
    FOR EACH ROW EXECUTE FUNCTION tell_old_data_step();
CREATE TRIGGER old_data_request_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON old_data_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER old_data_step_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON old_data_step
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
