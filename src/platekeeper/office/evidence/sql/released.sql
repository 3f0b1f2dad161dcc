-- A package for somebody outside names the approved request for release that covers it, from its record to the hands it is
-- given into (SHR-03, SHR-05, SHR-11). The functions that make packages and their steps are here, as they ask about releases.

ALTER TABLE evidence_package ADD CONSTRAINT evidence_package_of_a_release FOREIGN KEY (release_id) REFERENCES release_request;
CREATE INDEX evidence_package_release ON evidence_package (release_id) WHERE release_id IS NOT NULL;

-- Seals a package: its row, its first step of custody and its ledger entry. There must be an allowed record of an
-- export by this very person that opened every read in it; so no package exists whose export is not on record. For whom
-- it is, and under which release, is what that record says; the release must stand at the moment of the seal.
CREATE FUNCTION seal_package(p_person bigint, p_access uuid, p_package jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_record access_record;
    v_grant access_grant;
    v_slug text;
    v_reads uuid[] := ARRAY(SELECT jsonb_array_elements_text(p_package->'read_ids')::uuid);
    v_id uuid := (p_package->>'package')::uuid;
    v_sequence bigint;
    v_release uuid;
    v_person person;
    v_now timestamptz := clock_timestamp();
BEGIN
    SELECT r.* INTO v_record FROM person p JOIN access_record r ON r.agency_id = p.agency_id AND r.id = p_access
     WHERE p.id = p_person AND may_act(p) AND r.person_id = p.id AND r.function = 'export' AND r.outcome = 'ALLOWED'
       AND r.accessed_at > v_now - interval '6 hours';
    IF FOUND THEN
        SELECT g.* INTO v_grant FROM access_grant g
         WHERE g.agency_id = v_record.agency_id AND g.access_id = v_record.id AND g.read_ids @> v_reads;
    END IF;
    IF v_grant.access_id IS NULL THEN
        RAISE EXCEPTION 'a package holds what a recorded export of this person opened, nothing else (SRC-01, AUD-08)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    v_release := (v_record.query->>'release')::uuid;
    IF v_release IS NOT NULL THEN
        PERFORM take_turn_of_release(v_release);
    END IF;
    IF v_record.on_behalf_of <> v_record.full_name || ', ' || v_record.organization
        AND (v_grant.data_agency_id <> v_record.agency_id OR NOT release_covers(v_record.agency_id, v_release::text,
             v_record.person_id, v_record.on_behalf_of, v_record.case_number, v_record.purpose, v_record.query)
             OR reads_beyond_release(v_release, v_reads) > 0)
    THEN
        RAISE EXCEPTION 'no approved request for release covers this package (SHR-03)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT a.slug INTO v_slug FROM agency a WHERE a.id = v_grant.data_agency_id;
    INSERT INTO evidence_package (agency_id, id, access_id, sealed_at, sealed_by_id, sealed_by, case_number, purpose,
                                  recipient, release_id, read_ids, pictures, size_bytes, digest, is_stamped)
    VALUES (v_grant.data_agency_id, v_id, v_record.id, v_now, v_record.person_id, v_record.username,
            v_record.case_number, v_record.purpose, v_record.on_behalf_of, v_release, v_reads, (p_package->>'pictures')::integer,
            (p_package->>'size_bytes')::bigint, decode(p_package->>'tagmanifest-sha256.txt', 'hex'),
            (p_package->>'is_stamped')::boolean);
    INSERT INTO custody_step (agency_id, package_id, number, state, taken_at, person_id, username, full_name, detail)
    VALUES (v_grant.data_agency_id, v_id, 1, 'SEALED', v_now, v_record.person_id, v_record.username, v_record.full_name,
            jsonb_build_object('access_record', v_record.id));
    v_sequence := append_entry(v_slug, 'evidence.sealed', v_record.username, v_id::text, jsonb_build_object(
        'package', v_id, 'access_record', v_record.id, 'case_number', v_record.case_number,
        'purpose', v_record.purpose, 'recipient', v_record.on_behalf_of, 'release', v_release, 'reads', cardinality(v_reads),
        'tagmanifest-sha256.txt', p_package->>'tagmanifest-sha256.txt',
        'tagmanifest-sha512.txt', p_package->>'tagmanifest-sha512.txt')::text);
    IF v_release IS NOT NULL THEN
        SELECT * INTO v_person FROM person WHERE id = v_record.person_id;
        PERFORM add_release_step(v_release, 'PACK', v_person, jsonb_build_object(
            'package', v_id, 'access_record', v_record.id, 'reads', cardinality(v_reads),
            'tagmanifest-sha256.txt', p_package->>'tagmanifest-sha256.txt'));
    END IF;
    RETURN v_sequence;
END $$;

-- Takes the next step of custody; the key of the table lets only one of two people take the same one. Nobody disposes of
-- what they asked to dispose of, and nothing goes that nobody asked for (HLD-02, HLD-04). A copy is handed to a member of
-- the agency, named by username, or under a release to whoever asked for it.
CREATE FUNCTION take_custody_step(p_person bigint, p_package uuid, p_number integer, p_state text, p_event text, p_detail jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person;
    v_last custody_step;
    v_slug text;
    v_package evidence_package;
    v_release uuid;
BEGIN
    SELECT p.* INTO v_person FROM person p
      JOIN evidence_package e ON e.agency_id = p.agency_id AND e.id = p_package
     WHERE p.id = p_person AND may_act(p);
    SELECT s.* INTO v_last FROM custody_step s
     WHERE s.agency_id = v_person.agency_id AND s.package_id = p_package ORDER BY s.number DESC LIMIT 1;
    IF v_last.number IS NULL OR p_number IS DISTINCT FROM v_last.number + 1 THEN
        RAISE EXCEPTION 'this is not the next step of a package of this person''s agency'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF v_last.state IN ('DISPOSED', 'DISCARDED')
        OR p_state = 'DISPOSED' AND (v_last.state <> 'DISPOSAL_REQUESTED' OR v_last.person_id = p_person)
    THEN
        RAISE EXCEPTION 'a package is disposed of once, by another person than whoever asked for it (HLD-02, HLD-04)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- lifecycle.MOVES, so that nothing booked is discarded and the ledger calls each step by its name
    IF (p_event = 'evidence.' || lower(replace(p_state, '_', '-')) AND CASE p_state
        WHEN 'WRITTEN' THEN v_last.state = 'SEALED'
        WHEN 'HANDED_OVER' THEN v_last.state IN ('WRITTEN', 'HANDED_OVER', 'BOOKED')
        WHEN 'BOOKED' THEN v_last.state IN ('WRITTEN', 'HANDED_OVER', 'DISPOSAL_REQUESTED')
        WHEN 'DISPOSAL_REQUESTED' THEN v_last.state = 'BOOKED'
        WHEN 'DISPOSED' THEN v_last.state = 'DISPOSAL_REQUESTED'
        WHEN 'DISCARDED' THEN v_last.state IN ('SEALED', 'WRITTEN')
    END) IS NOT TRUE THEN
        RAISE EXCEPTION 'step % does not follow from % (HLD-02)', p_state, v_last.state USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF p_state = 'HANDED_OVER' THEN
        SELECT e.* INTO v_package FROM evidence_package e WHERE e.agency_id = v_person.agency_id AND e.id = p_package;
        v_release := (p_detail->>'release')::uuid;
        IF v_release IS NOT NULL THEN
            PERFORM take_turn_of_release(v_release);
        END IF;
        -- one release may hand over all packages that were made under it, or else, where it names no plates, one that was
        -- made for the same case
        IF (CASE WHEN v_release IS NULL THEN EXISTS (
                SELECT 1 FROM person p
                 WHERE p.agency_id = v_person.agency_id AND may_act(p) AND p.username = p_detail->>'received_by')
            ELSE EXISTS (
                SELECT 1 FROM release_request r JOIN release_step s ON s.request_id = r.id AND s.step = 'APPROVE'
                 WHERE r.id = v_release AND r.agency_id = v_person.agency_id AND r.case_number = v_package.case_number
                   AND s.person_id <> p_person AND coalesce(v_package.release_id, r.id) = r.id
                   AND (v_package.release_id IS NOT NULL OR r.plates = '{}')
                   AND (release_state(r.id) = 'APPROVE' OR release_state(r.id) = 'RELEASE' AND v_package.release_id = r.id))
            END) IS NOT TRUE
        THEN
            RAISE EXCEPTION 'a copy is handed to a member of this agency, or under an approved release of its case (SHR-03)'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    SELECT a.slug INTO v_slug FROM agency a WHERE a.id = v_person.agency_id;
    INSERT INTO custody_step (agency_id, package_id, number, state, taken_at, person_id, username, full_name, detail)
    VALUES (v_person.agency_id, p_package, p_number, p_state, clock_timestamp(), v_person.id, v_person.username,
            v_person.full_name, p_detail);
    IF v_release IS NOT NULL THEN
        PERFORM add_release_step(v_release, 'RELEASE', v_person, p_detail || jsonb_build_object('package', p_package));
    END IF;
    PERFORM append_entry(v_slug, p_event, v_person.username, p_package::text, p_detail::text);
END $$;
