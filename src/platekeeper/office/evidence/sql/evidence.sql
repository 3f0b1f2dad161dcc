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
