-- Looking up for somebody else is their access, too (RB 432.4; SRC-05): what goes to another agency stands on its approved
-- request from the first search on, and a request may rest on a court's order, a subpoena or discovery (RB 432.5, 432.9).

ALTER TABLE release_request
    ADD COLUMN process text NOT NULL DEFAULT '',        -- policy's LegalProcess; empty: none
    ADD COLUMN process_number text NOT NULL DEFAULT '',
    ADD COLUMN process_issuer text NOT NULL DEFAULT '';

-- Enters a request as it came, with its letter. Where the policy refuses it whoever approved, it is refused at once, and
-- stays on file all the same. The entry in the ledger holds the letter's digest, not the letter.
CREATE FUNCTION enter_release_request(p_person bigint, p_request jsonb, p_letter bytea, p_refusal jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_asked release_request := jsonb_populate_record(NULL::release_request, p_request - '{id,letter,letter_sha256}'::text[]);
    v_person person;
BEGIN
    SELECT * INTO v_person FROM person WHERE id = p_person AND may_act(person);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no person of that number may act now (USR-09, USR-11)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO release_request (agency_id, recipient_class, recipient_agency, recipient_state, requester, contact, verified_by,
                                 purpose_code, purpose, authority, disclaims, case_number, their_number, data_wanted, letter,
                                 letter_name, asked_at, asked_by_id, asked_by_name, process, process_number, process_issuer,
                                 plates)
    VALUES (v_person.agency_id, v_asked.recipient_class, v_asked.recipient_agency, v_asked.recipient_state, v_asked.requester,
            v_asked.contact, v_asked.verified_by, v_asked.purpose_code, v_asked.purpose, v_asked.authority, v_asked.disclaims,
            v_asked.case_number, v_asked.their_number, v_asked.data_wanted, p_letter, v_asked.letter_name, clock_timestamp(),
            v_person.id, v_person.username, coalesce(v_asked.process, ''), coalesce(v_asked.process_number, ''),
            coalesce(v_asked.process_issuer, ''), coalesce(v_asked.plates, '{}'))
    RETURNING * INTO v_asked;
    PERFORM add_release_step(v_asked.id, 'ASK', v_person,
        to_jsonb(v_asked) - '{letter,letter_sha256}'::text[]
        || jsonb_build_object('letter_sha256', encode(v_asked.letter_sha256, 'hex')));
    IF p_refusal IS NOT NULL THEN
        PERFORM add_release_step(v_asked.id, 'REFUSE', NULL, p_refusal);
    END IF;
    RETURN v_asked.id;
END $$;

-- Nobody approves a request whose legal process has no number or issuer, whatever the pages say.
CREATE FUNCTION refuse_nameless_process() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM release_request r
         WHERE r.id = NEW.request_id AND r.process <> '' AND (btrim(r.process_number) = '' OR btrim(r.process_issuer) = ''))
    THEN
        RAISE EXCEPTION 'the legal process of this request has no number or no issuer (SHR-02)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER release_step_names_process BEFORE INSERT ON release_step FOR EACH ROW
    WHEN (NEW.step = 'APPROVE') EXECUTE FUNCTION refuse_nameless_process();

-- No record of an access for somebody else is written as allowed but for a member of the agency, or under a release that
-- covers it; and without a record there is nothing to see. A copy is made for oneself or under a release (SHR-03, SHR-11).
CREATE FUNCTION refuse_unreleased_access() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.on_behalf_of = NEW.full_name || ', ' || NEW.organization
        OR release_covers(NEW.agency_id, NEW.query->>'release', NEW.person_id, NEW.on_behalf_of, NEW.case_number, NEW.purpose,
                          CASE NEW.function WHEN 'search' THEN NEW.query - 'reads' ELSE NEW.query END)    -- it finds them first
        OR NEW.function <> 'export' AND EXISTS (
            SELECT FROM person p WHERE p.agency_id = NEW.agency_id AND may_act(p)
               AND p.full_name || ' (' || p.username || '), ' || NEW.organization = NEW.on_behalf_of)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'no approved request for release covers this % (SHR-03)', NEW.function USING ERRCODE = 'PK002';
END $$;
CREATE TRIGGER access_record_released BEFORE INSERT ON access_record FOR EACH ROW
    WHEN (NEW.outcome = 'ALLOWED' AND (NEW.function = 'export' OR NEW.on_behalf_of <> ''))
    EXECUTE FUNCTION refuse_unreleased_access();

-- What such a record opens of chosen reads is of plates that the request names, whatever the record says was asked: as a
-- package is held to them when it is sealed, so is every other look. Behind the statement, when its grants are written.
CREATE FUNCTION refuse_unnamed_reads() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM access_grant g
         WHERE g.agency_id = NEW.agency_id AND g.access_id = NEW.id
           AND CASE WHEN g.read_ids IS NOT NULL THEN reads_beyond_release((NEW.query->>'release')::uuid, g.read_ids) > 0
               ELSE NEW.function <> 'search' AND EXISTS (
                   SELECT FROM release_request r WHERE r.id::text = NEW.query->>'release' AND r.plates <> '{}') END)
    THEN
        RAISE EXCEPTION 'no approved request for release covers these reads (SHR-03)' USING ERRCODE = 'PK002';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER access_record_of_named_reads AFTER INSERT ON access_record FOR EACH ROW
    WHEN (NEW.outcome = 'ALLOWED' AND NEW.on_behalf_of <> '' AND NEW.function <> 'export' AND NEW.query ? 'release')
    EXECUTE FUNCTION refuse_unnamed_reads();

-- Who looked, when and for what, under one release: part of its trail (AUD-08). What was asked stands in each record. No index
-- of its own: one on an expression has every record of the gate wait for it; the time of the request bounds what is read.
CREATE FUNCTION accesses_of_release(p_person bigint, p_request uuid)
RETURNS TABLE (access_id uuid, accessed_at timestamptz, username text, full_name text, function text, outcome text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.id, r.accessed_at, r.username, r.full_name, r.function, r.outcome
      FROM person p
      JOIN release_request q ON q.id = p_request AND q.agency_id = p.agency_id
      JOIN access_record r ON r.agency_id = p.agency_id AND r.accessed_at >= q.asked_at
     WHERE p.id = p_person AND may_act(p) AND r.on_behalf_of <> '' AND r.query->>'release' = p_request::text
     ORDER BY r.accessed_at DESC LIMIT 200
$$;
