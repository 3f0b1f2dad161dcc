-- A person's own record of the last hours, in the course of which they open something more: purpose and case go on, and so
-- does the release under which it was asked for somebody of another agency (SRC-05).
DROP FUNCTION own_record(bigint, uuid);
CREATE FUNCTION own_record(p_person_id bigint, p_id uuid)
RETURNS TABLE (accessed_at timestamptz, function text, purpose text, case_number text, reason text, on_behalf_of text,
               release text, data_agency_id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.accessed_at, r.function, r.purpose, r.case_number, r.reason, r.on_behalf_of, r.query->>'release', g.data_agency_id
      FROM person p
      JOIN access_record r ON r.agency_id = p.agency_id AND r.id = p_id AND r.person_id = p.id
      JOIN access_grant g ON g.agency_id = r.agency_id AND g.access_id = r.id
     WHERE p.id = p_person_id AND r.outcome = 'ALLOWED' AND r.accessed_at > now() - interval '12 hours'
$$;
