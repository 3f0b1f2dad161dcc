-- Releases to other agencies (SHR-01 to SHR-13, PUR-10 to PUR-13): the request with its letter, its steps, and the agreements.
-- Nothing here is ever changed or removed, but that an agreement ends; and nothing is written but through these functions,
-- each with its entry in the ledger. What the policy says of a request is decided before; what nobody may do, whatever was
-- decided, is refused here: approving one's own request, fulfilling one's own approval, copying out for a stranger without one.

CREATE TABLE interagency_agreement (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    agency_id bigint NOT NULL REFERENCES agency,
    recipient_agency text NOT NULL CHECK (btrim(recipient_agency) <> ''),
    recipient_class text NOT NULL CHECK (recipient_class <> ''),
    valid_from date NOT NULL,
    valid_to date CHECK (valid_to > valid_from),        -- half-open; NULL: it has no end
    forbids_onward boolean NOT NULL,
    document text NOT NULL CHECK (btrim(document) <> ''),
    noted_at timestamptz NOT NULL,
    noted_by text NOT NULL,
    ended_at timestamptz,
    ended_by text NOT NULL DEFAULT '',
    ended_because text NOT NULL DEFAULT '',
    CHECK ((ended_at IS NULL) = (ended_by = '') AND (ended_at IS NULL) = (ended_because = ''))
);
CREATE INDEX interagency_agreement_agency ON interagency_agreement (agency_id, recipient_agency);

CREATE TABLE release_request (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    agency_id bigint NOT NULL REFERENCES agency,
    recipient_class text NOT NULL CHECK (recipient_class <> ''),
    recipient_agency text NOT NULL CHECK (btrim(recipient_agency) <> ''),
    recipient_state text NOT NULL CHECK (recipient_state ~ '^([A-Z]{2})?$'),
    requester text NOT NULL CHECK (btrim(requester) <> ''),
    contact text NOT NULL,
    verified_by text NOT NULL,
    purpose_code text NOT NULL CHECK (purpose_code <> ''),
    purpose text NOT NULL CHECK (btrim(purpose) <> ''),
    authority text NOT NULL,
    disclaims text[] NOT NULL,
    case_number text NOT NULL,
    their_number text NOT NULL,
    data_wanted text NOT NULL CHECK (btrim(data_wanted) <> ''),
    -- named in it, in normal form, ? and * for the unknown; one of which nothing is known names no plate
    plates text[] NOT NULL DEFAULT '{}' CHECK (array_position(plates, NULL) IS NULL
        AND array_position(plates, '') IS NULL AND array_to_string(plates, ' ') ~ '^([?*]*[A-Z0-9][A-Z0-9?*]*( |$))*$'),
    letter bytea CHECK (octet_length(letter) BETWEEN 1 AND 10485760),
    letter_name text NOT NULL,
    letter_sha256 bytea GENERATED ALWAYS AS (sha256(letter)) STORED,
    asked_at timestamptz NOT NULL,
    asked_by_id bigint NOT NULL REFERENCES person,
    asked_by_name text NOT NULL
);
CREATE INDEX release_request_agency ON release_request (agency_id, asked_at DESC);

CREATE TABLE release_step (
    request_id uuid NOT NULL REFERENCES release_request,
    number integer NOT NULL CHECK (number > 0),         -- the key lets only one of two people take the same step
    step text NOT NULL CHECK (step IN ('ASK', 'APPROVE', 'REFUSE', 'WITHDRAW', 'PACK', 'RELEASE')),
    taken_at timestamptz NOT NULL,
    person_id bigint,                                   -- NULL: the policy refused it at once
    username text NOT NULL,
    full_name text NOT NULL,
    detail jsonb NOT NULL,
    PRIMARY KEY (request_id, number)
);
CREATE UNIQUE INDEX release_step_once ON release_step (request_id, step) WHERE step NOT IN ('PACK', 'RELEASE');
CREATE TRIGGER release_request_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON release_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER release_step_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON release_step
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER interagency_agreement_stays BEFORE DELETE OR TRUNCATE ON interagency_agreement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Where a request stands: the latest step that moved it. Who calls this in order to act takes the request's turn first.
CREATE FUNCTION release_state(p_request uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.step FROM release_step s WHERE s.request_id = p_request AND s.step <> 'PACK' ORDER BY s.number DESC LIMIT 1
$$;

-- Two who act on one request take turns, so that none is packed while another withdraws it.
CREATE FUNCTION take_turn_of_release(p_request uuid) RETURNS void
LANGUAGE sql SET search_path = pg_catalog AS $$
    SELECT pg_advisory_xact_lock(7452103, hashtext(p_request::text))
$$;

-- Writes a step and its entry in the ledger. Nobody calls this but the functions that know when it may be taken.
CREATE FUNCTION add_release_step(p_request uuid, p_step text, p_person person, p_detail jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_number integer := (SELECT coalesce(max(number), 0) + 1 FROM release_step WHERE request_id = p_request);
    v_username text := coalesce(p_person.username, 'platekeeper');
BEGIN
    INSERT INTO release_step VALUES (p_request, v_number, p_step, clock_timestamp(), p_person.id, v_username,
                                     coalesce(p_person.full_name, 'The policy'), p_detail);
    PERFORM append_entry(
        (SELECT a.slug FROM release_request r JOIN agency a ON a.id = r.agency_id WHERE r.id = p_request),
        'release-request.' || CASE p_step WHEN 'ASK' THEN 'entered' WHEN 'APPROVE' THEN 'approved' WHEN 'REFUSE' THEN 'refused'
            WHEN 'WITHDRAW' THEN 'withdrawn' WHEN 'PACK' THEN 'packed' ELSE 'fulfilled' END,
        v_username, p_request::text, p_detail::text);
    RETURN v_number;
END $$;

-- A person's step. Whoever entered a request neither approves nor refuses it; an approval holds what was found, and the
-- request is in writing and on file (SHR-02 to SHR-05).
CREATE FUNCTION take_release_step(p_person bigint, p_request uuid, p_step text, p_detail jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person;
    v_asked release_request;
    v_state text;
    v_may_approve boolean;
BEGIN
    SELECT * INTO v_person FROM person WHERE id = p_person AND may_act(person);
    SELECT * INTO v_asked FROM release_request WHERE id = p_request AND agency_id = v_person.agency_id;
    IF v_asked.id IS NULL THEN
        RAISE EXCEPTION 'there is no such request in this person''s agency' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM take_turn_of_release(p_request);
    v_state := release_state(p_request);
    v_may_approve := v_person.roles::text[] && ARRAY['commander', 'custodian'] AND v_person.id <> v_asked.asked_by_id;
    IF (CASE p_step
        WHEN 'APPROVE' THEN v_state = 'ASK' AND v_may_approve AND v_asked.letter IS NOT NULL
            AND btrim(coalesce(p_detail->>'finding', '')) <> '' AND btrim(coalesce(p_detail->>'office', '')) <> ''
        WHEN 'REFUSE' THEN v_state = 'ASK' AND v_may_approve AND btrim(coalesce(p_detail->>'reason', '')) <> ''
        WHEN 'WITHDRAW' THEN v_state IN ('ASK', 'APPROVE') AND btrim(coalesce(p_detail->>'reason', '')) <> ''
        ELSE false
    END) IS NOT TRUE THEN
        RAISE EXCEPTION 'step % does not follow, or not by this person (SHR-02 to SHR-05)', p_step
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN add_release_step(p_request, p_step, v_person, p_detail);
END $$;

-- Whether a request names a plate, or the very pattern that is asked; look-alike characters count as equal.
CREATE FUNCTION release_names(p_plates text[], p_asked text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH asked AS (
        SELECT plate_fold(regexp_replace(upper(p_asked), '[^A-Z0-9?*]', '', 'g')) AS fold)
    SELECT EXISTS (
        SELECT FROM asked, unnest(p_plates) AS plate, plate_fold(plate) AS named
         WHERE named = fold OR fold !~ '[?*]' AND fold LIKE translate(named, '?*', '_%'))
$$;

-- How many of some reads are of plates that a request does not name; the time of a read stands in its number.
CREATE FUNCTION reads_beyond_release(p_request uuid, p_reads uuid[]) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) FROM release_request r, unnest(p_reads) AS wanted(id)
     CROSS JOIN LATERAL (SELECT timestamptz 'epoch' + interval '1 millisecond'
        * ('x' || substr(replace(wanted.id::text, '-', ''), 1, 12))::bit(48)::bigint AS start) AS millisecond
     WHERE r.id = p_request AND r.plates <> '{}' AND NOT EXISTS (
        SELECT FROM read t
         WHERE t.agency_id = r.agency_id AND t.id = wanted.id
           AND t.read_at >= start AND t.read_at < start + interval '1 millisecond' AND release_names(r.plates, t.plate))
$$;

-- Whether what is asked keeps to the plates that a request names: a search for one of them that tells of no other vehicle, one
-- read of theirs, or a package, whose reads are looked at when it is sealed. A request that names none is not held to any.
CREATE FUNCTION release_holds(p_request uuid, p_plates text[], p_query jsonb) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p_plates = '{}' OR CASE
        WHEN p_query ? 'plate'
            THEN coalesce(p_query->>'analysis', '') IN ('', 'vehicle') AND release_names(p_plates, p_query->>'plate')
        WHEN p_query ? 'read' THEN reads_beyond_release(p_request, ARRAY[(p_query->>'read')::uuid]) = 0
        ELSE p_query ? 'reads' END
$$;

-- Whether an approved request covers what a person looks up or copies out: for whom, for which case and purpose, of which
-- plates, and not by the approver.
CREATE FUNCTION release_covers(
    p_agency bigint, p_request text, p_person bigint, p_recipient text, p_case text, p_purpose text, p_query jsonb)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM release_request r JOIN release_step s ON s.request_id = r.id AND s.step = 'APPROVE'
         WHERE r.agency_id = p_agency AND r.id::text = p_request AND release_state(r.id) = 'APPROVE'
           AND s.person_id <> p_person AND r.requester || ', ' || r.recipient_agency = p_recipient
           AND r.case_number = p_case AND r.purpose_code = p_purpose AND release_holds(r.id, r.plates, p_query))
$$;

-- Agreements: noted by somebody who may approve, ended once, each with its entry.
CREATE FUNCTION note_agreement(p_person bigint, p_agreement jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_noted interagency_agreement := jsonb_populate_record(NULL::interagency_agreement, p_agreement - 'id');
    v_person person;
BEGIN
    SELECT * INTO v_person FROM person WHERE id = p_person AND may_act(person) AND roles::text[] && ARRAY['commander', 'custodian'];
    IF NOT FOUND THEN
        RAISE EXCEPTION 'agreements are noted by who may approve releases (SHR-08)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO interagency_agreement (agency_id, recipient_agency, recipient_class, valid_from, valid_to, forbids_onward,
                                       document, noted_at, noted_by)
    VALUES (v_person.agency_id, v_noted.recipient_agency, v_noted.recipient_class, v_noted.valid_from, v_noted.valid_to,
            v_noted.forbids_onward, v_noted.document, clock_timestamp(), v_person.username)
    RETURNING * INTO v_noted;
    PERFORM append_entry((SELECT slug FROM agency WHERE id = v_person.agency_id), 'agreement.noted', v_person.username,
        v_noted.id::text, to_jsonb(v_noted)::text);
    RETURN v_noted.id;
END $$;

CREATE FUNCTION end_agreement(p_person bigint, p_agreement uuid, p_because text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person;
BEGIN
    SELECT * INTO v_person FROM person WHERE id = p_person AND may_act(person) AND roles::text[] && ARRAY['commander', 'custodian'];
    UPDATE interagency_agreement SET ended_at = clock_timestamp(), ended_by = v_person.username, ended_because = p_because
     WHERE id = p_agreement AND agency_id = v_person.agency_id AND ended_at IS NULL AND btrim(p_because) <> '';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no such agreement that this person could end (SHR-08)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM append_entry((SELECT slug FROM agency WHERE id = v_person.agency_id), 'agreement.ended', v_person.username,
        p_agreement::text, jsonb_build_object('because', p_because)::text);
    RETURN true;
END $$;
