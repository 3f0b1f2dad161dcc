-- Who got to know a plate (AUD-08): the access records that are about it, whatever they were asked by.
-- A read names its plate behind the gate alone, so an auditor, who sees no reads, could not find the looks at one: this
-- function tells which of their agency's records are about a plate, and nothing of the reads themselves.
CREATE FUNCTION records_about(p_plate text) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_agency integer := (SELECT g.data_agency_id FROM open_grants('access-record') g);
    v_fold text := typed_fold(p_plate);
    v_reads uuid[];
BEGIN
    IF v_agency IS NULL OR coalesce(v_fold, '') = '' THEN
        RETURN;
    END IF;
    v_reads := ARRAY(
        SELECT r.id FROM plate p JOIN read r ON r.agency_id = p.agency_id AND r.plate = p.plate
         WHERE p.agency_id = v_agency AND p.fold = v_fold);
    RETURN QUERY
    -- asked for: as it is, by a look-alike, with more around it, or by a pattern that fits it; read in the index alone
    SELECT r.id FROM access_record r
     WHERE r.agency_id = v_agency AND r.plate_fold IS NOT NULL
       AND (r.plate_fold LIKE '%' || v_fold || '%' OR v_fold LIKE r.plate_pattern)
    UNION
    -- opened, seen in a picture, printed, exported or handed over
    SELECT g.access_id FROM access_grant g WHERE g.agency_id = v_agency AND g.read_ids && v_reads
    UNION
    -- opened as an alert, and each step that somebody took with it
    SELECT r.id FROM alert a JOIN access_record r ON r.agency_id = a.agency_id AND r.alert = a.id::text
     WHERE a.agency_id = v_agency AND a.read_id = ANY (v_reads)
    UNION
    SELECT s.access_id FROM alert a JOIN alert_step s ON s.agency_id = a.agency_id AND s.alert_id = a.id
     WHERE a.agency_id = v_agency AND a.read_id = ANY (v_reads) AND s.access_id IS NOT NULL;
END $$;
