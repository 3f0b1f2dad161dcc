-- Evidence packages that left the house, and the hands they went through (HLD-01, HLD-02, SHR-11, AUD-08).
-- Nothing here is ever changed or removed, and nothing is written but through these functions, each with its entry in
-- the ledger. A package exists from the moment it is sealed; before that there is the access record of the export.

-- Which records opened a read: for its chain of custody. Only records of single reads have read_ids.
CREATE INDEX access_grant_reads ON access_grant USING gin (read_ids) WHERE read_ids IS NOT NULL;

ALTER TABLE evidence_package ADD CONSTRAINT evidence_package_has_reads CHECK (cardinality(read_ids) > 0);
ALTER TABLE evidence_package ADD CONSTRAINT evidence_package_says_for_whom
    CHECK (btrim(recipient) <> '' AND btrim(purpose) <> '');
ALTER TABLE custody_step ADD CONSTRAINT custody_step_of_a_package
    FOREIGN KEY (agency_id, package_id) REFERENCES evidence_package;
ALTER TABLE custody_step ADD CONSTRAINT custody_step_booked_with_number
    CHECK (state <> 'BOOKED' OR btrim(coalesce(detail->>'property_number', '')) <> '');
ALTER TABLE custody_step ADD CONSTRAINT custody_step_disposed_with_authority
    CHECK (state NOT IN ('DISPOSAL_REQUESTED', 'DISPOSED')
        OR (btrim(coalesce(detail->>'disposed_on', '')) <> '' AND btrim(coalesce(detail->>'authority', '')) <> ''));
ALTER TABLE custody_step ADD CONSTRAINT custody_step_discarded_with_reason
    CHECK (state <> 'DISCARDED' OR btrim(coalesce(detail->>'reason', '')) <> '');

CREATE TRIGGER evidence_package_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_package
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER custody_step_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON custody_step
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Seals a package: its row, its first step of custody and its ledger entry. There must be an allowed record of an
-- export by this very person that opened every read in it; so no package exists whose export is not on record.
CREATE FUNCTION seal_package(p_person bigint, p_access uuid, p_package jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_record access_record;
    v_grant access_grant;
    v_slug text;
    v_reads uuid[] := ARRAY(SELECT jsonb_array_elements_text(p_package->'read_ids')::uuid);
    v_id uuid := (p_package->>'package')::uuid;
    v_sequence bigint;
    v_now timestamptz := clock_timestamp();
BEGIN
    SELECT r.* INTO v_record FROM person p JOIN access_record r ON r.agency_id = p.agency_id AND r.id = p_access
     WHERE p.id = p_person AND p.is_active AND r.person_id = p.id AND r.function = 'export' AND r.outcome = 'ALLOWED'
       AND r.accessed_at > v_now - interval '6 hours';
    IF FOUND THEN
        SELECT g.* INTO v_grant FROM access_grant g
         WHERE g.agency_id = v_record.agency_id AND g.access_id = v_record.id AND g.read_ids @> v_reads;
    END IF;
    IF v_grant.access_id IS NULL THEN
        RAISE EXCEPTION 'a package holds what a recorded export of this person opened, nothing else (SRC-01, AUD-08)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT a.slug INTO v_slug FROM agency a WHERE a.id = v_grant.data_agency_id;
    INSERT INTO evidence_package (agency_id, id, access_id, sealed_at, sealed_by_id, sealed_by, case_number, purpose,
                                  recipient, read_ids, pictures, size_bytes, digest, is_stamped)
    VALUES (v_grant.data_agency_id, v_id, v_record.id, v_now, v_record.person_id, v_record.username,
            v_record.case_number, v_record.purpose, v_record.on_behalf_of, v_reads, (p_package->>'pictures')::integer,
            (p_package->>'size_bytes')::bigint, decode(p_package->>'tagmanifest-sha256.txt', 'hex'),
            (p_package->>'is_stamped')::boolean);
    INSERT INTO custody_step (agency_id, package_id, number, state, taken_at, person_id, username, full_name, detail)
    VALUES (v_grant.data_agency_id, v_id, 1, 'SEALED', v_now, v_record.person_id, v_record.username, v_record.full_name,
            jsonb_build_object('access_record', v_record.id));
    v_sequence := append_entry(v_slug, 'evidence.sealed', v_record.username, v_id::text, jsonb_build_object(
        'package', v_id, 'access_record', v_record.id, 'case_number', v_record.case_number,
        'purpose', v_record.purpose, 'recipient', v_record.on_behalf_of, 'reads', cardinality(v_reads),
        'tagmanifest-sha256.txt', p_package->>'tagmanifest-sha256.txt',
        'tagmanifest-sha512.txt', p_package->>'tagmanifest-sha512.txt')::text);
    RETURN v_sequence;
END $$;

-- Takes the next step of custody; the key of the table lets only one of two people take the same one. Nobody disposes of
-- what they asked to dispose of, and nothing goes that nobody asked for (HLD-02, HLD-04).
CREATE FUNCTION take_custody_step(p_person bigint, p_package uuid, p_number integer, p_state text, p_event text, p_detail jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person;
    v_last custody_step;
    v_slug text;
BEGIN
    SELECT p.* INTO v_person FROM person p
      JOIN evidence_package e ON e.agency_id = p.agency_id AND e.id = p_package
     WHERE p.id = p_person AND p.is_active;
    SELECT s.* INTO v_last FROM custody_step s
     WHERE s.agency_id = v_person.agency_id AND s.package_id = p_package ORDER BY s.number DESC LIMIT 1;
    IF v_last.number IS NULL OR p_event !~ '^evidence\.[a-z-]+$' OR p_event = 'evidence.sealed'
        OR p_number IS DISTINCT FROM v_last.number + 1
    THEN
        RAISE EXCEPTION 'this is not the next step of a package of this person''s agency'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF v_last.state IN ('DISPOSED', 'DISCARDED')
        OR p_state = 'DISPOSED' AND (v_last.state <> 'DISPOSAL_REQUESTED' OR v_last.person_id = p_person)
    THEN
        RAISE EXCEPTION 'a package is disposed of once, by another person than whoever asked for it (HLD-02, HLD-04)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT a.slug INTO v_slug FROM agency a WHERE a.id = v_person.agency_id;
    INSERT INTO custody_step (agency_id, package_id, number, state, taken_at, person_id, username, full_name, detail)
    VALUES (v_person.agency_id, p_package, p_number, p_state, clock_timestamp(), v_person.id, v_person.username,
            v_person.full_name, p_detail);
    PERFORM append_entry(v_slug, p_event, v_person.username, p_package::text, p_detail::text);
END $$;

-- Who opened the reads of the export in force, for the chain of custody: nothing without an export of single reads.
-- `is_whole` tells whether a record was about these reads alone, and so may be shown whole.
CREATE FUNCTION accesses_to_exported() RETURNS TABLE (
    id uuid, accessed_at timestamptz, username text, full_name text, organization text, on_behalf_of text, function text,
    purpose text, case_number text, reason text, read_ids uuid[], is_whole boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_granted record;
BEGIN
    SELECT g.data_agency_id, g.read_ids INTO v_granted FROM open_grants('read') g WHERE g.read_ids IS NOT NULL;
    IF NOT FOUND OR NOT EXISTS (
        SELECT 1 FROM access_record r
         WHERE r.agency_id = split_part(current_setting('platekeeper.access'), ':', 1)::integer
           AND r.id = split_part(current_setting('platekeeper.access'), ':', 2)::uuid AND r.function = 'export')
    THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT r.id, r.accessed_at, r.username, r.full_name, r.organization, r.on_behalf_of, r.function, r.purpose,
           r.case_number, r.reason,
           ARRAY(SELECT one FROM unnest(a.read_ids) AS one WHERE one = ANY (v_granted.read_ids)),
           a.read_ids <@ v_granted.read_ids
      FROM access_grant a JOIN access_record r ON r.agency_id = a.agency_id AND r.id = a.access_id
     WHERE a.read_ids IS NOT NULL AND a.read_ids && v_granted.read_ids AND a.data_agency_id = v_granted.data_agency_id
     ORDER BY r.accessed_at, r.id;
END $$;

-- Which reads of a time a purge may spare: what a hold keeps, and what is on a hot list. Backups seal them with keys of
-- their own, so that the others' keys can be destroyed (ADR 0020).
CREATE FUNCTION kept_reads(p_agency bigint, p_from timestamptz, p_to timestamptz) RETURNS TABLE (read_at timestamptz, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT h.read_at, h.id FROM held_reads(p_agency, p_from, p_to) h
    UNION SELECT h.read_at, h.read_id FROM hit h
     WHERE h.agency_id = p_agency AND h.read_at >= p_from AND h.read_at < p_to
$$;
