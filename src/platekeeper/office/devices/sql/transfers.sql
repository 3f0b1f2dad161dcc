-- When each camera on a vehicle last handed its data to the server (COL-02), and what was late. The clock is one row a
-- camera, moved by each batch; what was said about it stays.

CREATE TABLE transfer_clock (
    agency_id bigint NOT NULL REFERENCES agency,
    camera_id bigint PRIMARY KEY REFERENCES camera,
    last_at timestamptz NOT NULL,           -- when reads of it last arrived
    oldest_at timestamptz NOT NULL,         -- when the oldest of those was captured
    transfers bigint NOT NULL
);
CREATE TABLE transfer_step (
    camera_id bigint NOT NULL REFERENCES camera,
    number integer NOT NULL CHECK (number > 0),
    agency_id bigint NOT NULL REFERENCES agency,
    step text NOT NULL CHECK (step IN ('BREACH', 'LATE', 'STATED')),
    noted_at timestamptz NOT NULL,
    counted_from timestamptz NOT NULL,      -- the transfer before, or the capture of what came late
    due_at timestamptz,                     -- by when the next had to come; NULL where the policy sets no number
    reads bigint NOT NULL DEFAULT 0,        -- of the batch that came late
    person_id bigint REFERENCES person,
    username text NOT NULL,
    reason text NOT NULL DEFAULT '' CHECK (step <> 'STATED' OR btrim(reason) <> ''),
    PRIMARY KEY (camera_id, number)
);
CREATE TRIGGER transfer_step_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer_step
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- From when a vehicle's period counts: its last transfer, a person's word that there was nothing to send, or its
-- registration, whichever is latest.
CREATE FUNCTION transfer_counts_from(p_camera bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT greatest(c.public_view_at, k.last_at,
                    (SELECT max(s.noted_at) FROM transfer_step s WHERE s.camera_id = c.id AND s.step = 'STATED'))
      FROM camera c LEFT JOIN transfer_clock k ON k.camera_id = c.id WHERE c.id = p_camera
$$;

-- Moves the clocks of the cameras of a batch; answers from when each counted before. One order for all writers.
CREATE FUNCTION note_transfers(p_agency bigint, p_cameras bigint[], p_oldest timestamptz[], p_at timestamptz)
RETURNS TABLE (camera_id bigint, counted_from timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_one record;
BEGIN
    FOR v_one IN SELECT n.camera, n.oldest FROM unnest(p_cameras, p_oldest) AS n(camera, oldest)
                   JOIN camera c ON c.id = n.camera AND c.agency_id = p_agency AND c.kind = 'VEHICLE' ORDER BY n.camera LOOP
        camera_id := v_one.camera; counted_from := transfer_counts_from(v_one.camera);
        INSERT INTO transfer_clock AS k VALUES (p_agency, v_one.camera, p_at, v_one.oldest, 1)
        ON CONFLICT ON CONSTRAINT transfer_clock_pkey DO UPDATE
           SET last_at = greatest(k.last_at, excluded.last_at), oldest_at = excluded.oldest_at, transfers = k.transfers + 1;
        RETURN NEXT;
    END LOOP;
END $$;

CREATE FUNCTION add_transfer_step(p_step transfer_step) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM camera WHERE id = p_step.camera_id FOR NO KEY UPDATE;       -- one number for one of two writers
    p_step.number := coalesce((SELECT max(number) FROM transfer_step WHERE camera_id = p_step.camera_id), 0) + 1;
    p_step.noted_at := clock_timestamp();
    SELECT agency_id INTO STRICT p_step.agency_id FROM camera WHERE id = p_step.camera_id AND kind = 'VEHICLE';
    INSERT INTO transfer_step SELECT p_step.*;
    PERFORM append_entry((SELECT slug FROM agency WHERE id = p_step.agency_id),
        'transfer.' || CASE p_step.step WHEN 'BREACH' THEN 'breached' WHEN 'LATE' THEN 'late' ELSE 'stated' END,
        p_step.username, p_step.camera_id::text, (to_jsonb(p_step) - 'person_id')::text);
    RETURN p_step.number;
END $$;

-- Late data was taken. A stuck queue that empties in a thousand batches is one event a day.
CREATE FUNCTION note_late_transfer(p_camera bigint, p_counted_from timestamptz, p_due timestamptz, p_reads bigint)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_step transfer_step;
BEGIN
    IF EXISTS (SELECT 1 FROM transfer_step s WHERE s.camera_id = p_camera AND s.step = 'LATE'
                  AND s.noted_at > clock_timestamp() - interval '1 day') THEN
        RETURN false;
    END IF;
    v_step.camera_id := p_camera; v_step.step := 'LATE'; v_step.counted_from := p_counted_from; v_step.due_at := p_due;
    v_step.reads := p_reads; v_step.username := 'platekeeper'; v_step.reason := '';
    PERFORM add_transfer_step(v_step);
    RETURN true;
END $$;

-- A limit passed without a transfer: noted once for each period.
CREATE FUNCTION note_transfer_breach(p_camera bigint, p_counted_from timestamptz, p_due timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_step transfer_step;
BEGIN
    IF p_due > clock_timestamp() OR EXISTS (SELECT 1 FROM transfer_step s WHERE s.camera_id = p_camera
                                               AND s.step = 'BREACH' AND s.counted_from = p_counted_from) THEN
        RETURN false;
    END IF;
    v_step.camera_id := p_camera; v_step.step := 'BREACH'; v_step.counted_from := p_counted_from; v_step.due_at := p_due;
    v_step.reads := 0; v_step.username := 'platekeeper'; v_step.reason := '';
    PERFORM add_transfer_step(v_step);
    RETURN true;
END $$;

-- Administrator or custodian states that a vehicle had nothing to hand over: it stood in the workshop.
CREATE FUNCTION state_transfer(p_person bigint, p_camera bigint, p_reason text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person;
    v_step transfer_step;
BEGIN
    SELECT * INTO v_person FROM person
     WHERE id = p_person AND may_act(person) AND roles::text[] && ARRAY['administrator', 'custodian']
       AND agency_id = (SELECT agency_id FROM camera WHERE id = p_camera AND kind = 'VEHICLE');
    IF v_person.id IS NULL THEN
        RAISE EXCEPTION 'administrator or custodian of the vehicle''s agency states it (COL-02)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    v_step.camera_id := p_camera; v_step.step := 'STATED'; v_step.counted_from := transfer_counts_from(p_camera);
    v_step.reads := 0; v_step.person_id := v_person.id; v_step.username := v_person.username; v_step.reason := p_reason;
    RETURN add_transfer_step(v_step);
END $$;
