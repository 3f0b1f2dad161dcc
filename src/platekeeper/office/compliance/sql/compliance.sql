-- What a compliance report counts of an agency's access records, without showing one (GOV-06).
CREATE FUNCTION access_counts(p_agency_id integer)
RETURNS TABLE (records bigint, refused bigint, without_case bigint, first_at timestamptz, last_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*), count(*) FILTER (WHERE outcome = 'DENIED'), count(*) FILTER (WHERE case_number = ''),
           min(accessed_at), max(accessed_at)
      FROM access_record WHERE agency_id = p_agency_id
$$;
