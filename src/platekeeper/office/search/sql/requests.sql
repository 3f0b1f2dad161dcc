-- A second person's consent to one inquiry (PUR-05 to PUR-08, SRC-02). A request names the refusal; what was asked stays
-- in that record alone, so nobody can ask for one thing and run another.
CREATE TABLE access_request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency_id integer NOT NULL,
    access_id uuid NOT NULL,                -- the refused record
    person_id bigint NOT NULL,
    kind text NOT NULL,                     -- policy's ApprovalKind
    note text NOT NULL,
    requested_at timestamptz NOT NULL,
    UNIQUE (agency_id, access_id),
    FOREIGN KEY (agency_id, access_id) REFERENCES access_record (agency_id, id)
);
CREATE INDEX access_request_person ON access_request (person_id, requested_at DESC);
CREATE TABLE access_consent (
    request_id bigint PRIMARY KEY REFERENCES access_request,
    consents boolean NOT NULL,
    decided_by_id bigint NOT NULL,
    decided_by text NOT NULL,
    role text NOT NULL CHECK (role IN ('supervisor', 'commander')),
    on_duty boolean NOT NULL,
    note text NOT NULL CHECK (consents OR note <> ''),
    decided_at timestamptz NOT NULL
);
CREATE TRIGGER access_request_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON access_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_consent_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON access_consent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION request_consent(p_person_id bigint, p_access_id uuid, p_kind text, p_note text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_id bigint;
    v_person record;
BEGIN
    SELECT p.username, p.agency_id, a.slug INTO v_person FROM person p JOIN agency a ON a.id = p.agency_id
     WHERE p.id = p_person_id AND may_act(p);
    INSERT INTO access_request (agency_id, access_id, person_id, kind, note, requested_at)
    SELECT r.agency_id, r.id, r.person_id, p_kind, p_note, clock_timestamp() FROM access_record r
     WHERE r.agency_id = v_person.agency_id AND r.id = p_access_id AND r.person_id = p_person_id
       AND r.outcome = 'DENIED' AND r.accessed_at > now() - interval '12 hours'
    ON CONFLICT DO NOTHING RETURNING id INTO v_id;
    IF v_id IS NULL THEN
        SELECT id INTO v_id FROM access_request WHERE person_id = p_person_id AND access_id = p_access_id;
        RETURN v_id;                        -- asked already, or no refusal of one's own: NULL
    END IF;
    PERFORM append_entry(v_person.slug, 'access-request.made', v_person.username, v_id::text,
        jsonb_build_object('access', p_access_id, 'kind', p_kind, 'note', p_note)::text);
    RETURN v_id;
END $$;

-- Never the requester's own, never another agency's, only by a supervisor or commander; once.
CREATE FUNCTION answer_request(p_person_id bigint, p_request bigint, p_consents boolean, p_note text, p_on_duty boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person record;
BEGIN
    SELECT p.username, p.agency_id, a.slug, p.is_on_duty AND p_on_duty AS on_duty,
           CASE WHEN 'commander' = ANY (p.roles) THEN 'commander' WHEN 'supervisor' = ANY (p.roles) THEN 'supervisor' END AS role
      INTO v_person FROM person p JOIN agency a ON a.id = p.agency_id WHERE p.id = p_person_id AND may_act(p);
    IF v_person.role IS NULL OR NOT EXISTS (
        SELECT 1 FROM access_request q
         WHERE q.id = p_request AND q.agency_id = v_person.agency_id AND q.person_id <> p_person_id)
    THEN
        RAISE EXCEPTION 'only another supervisor of the same agency answers a request (PUR-08)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO access_consent VALUES (
        p_request, p_consents, p_person_id, v_person.username, v_person.role, v_person.on_duty, p_note, clock_timestamp());
    PERFORM append_entry(
        v_person.slug, CASE WHEN p_consents THEN 'access-request.approved' ELSE 'access-request.refused' END,
        v_person.username, p_request::text, jsonb_build_object('note', p_note, 'on_duty', v_person.on_duty)::text);
END $$;

-- One's own requests, and for supervisors and commanders those of their agency, with what was asked.
CREATE FUNCTION requests_seen_by(p_person_id bigint)
RETURNS TABLE (id bigint, requested_at timestamptz, kind text, note text, person_id bigint, username text, full_name text,
    access_id uuid, function text, query jsonb, purpose text, case_number text, reason text, on_behalf_of text,
    explanation text, clause text, consents boolean, decided_by text, decided_at timestamptz, answer text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT q.id, q.requested_at, q.kind, q.note, q.person_id, r.username, r.full_name, r.id, r.function, r.query, r.purpose,
           r.case_number, r.reason, r.on_behalf_of, r.explanation, r.clauses[1], c.consents, c.decided_by, c.decided_at, c.note
      FROM person p
      JOIN access_request q ON q.agency_id = p.agency_id
           AND (q.person_id = p.id OR p.roles && ARRAY['supervisor', 'commander']::varchar[])
      JOIN access_record r ON r.agency_id = q.agency_id AND r.id = q.access_id
      LEFT JOIN access_consent c ON c.request_id = q.id
     WHERE p.id = p_person_id AND may_act(p) AND q.requested_at > now() - interval '30 days'
     ORDER BY q.requested_at DESC LIMIT 200
$$;

-- Who consented, within twelve hours, to exactly this inquiry. What is opened in the course of an inquiry inherits
-- consents to its words and its missing number, for those are the same; a consent to a plate or a place is of that one.
CREATE FUNCTION consents_to(p_person_id bigint, p_inquiry jsonb)
RETURNS TABLE (kind text, decided_by text, role text, on_duty boolean, decided_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT q.kind, c.decided_by, c.role, c.on_duty, c.decided_at
      FROM access_request q
      JOIN access_consent c ON c.request_id = q.id AND c.consents AND c.decided_at > now() - interval '12 hours'
      JOIN access_record r ON r.agency_id = q.agency_id AND r.id = q.access_id
     WHERE q.person_id = p_person_id AND q.requested_at > now() - interval '7 days'
       AND r.purpose = p_inquiry->>'purpose' AND r.case_number = p_inquiry->>'case_number'
       AND r.reason = p_inquiry->>'reason' AND r.on_behalf_of = p_inquiry->>'on_behalf_of'
       AND (r.function = p_inquiry->>'function' AND r.query = p_inquiry->'query'
            OR (p_inquiry->>'in_course')::boolean AND q.kind IN ('cosign', 'wording'))
$$;
