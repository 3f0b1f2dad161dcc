-- What the public page may count: sums only, never a row (SHR-14).
CREATE FUNCTION public_counts(p_agency integer, p_days integer) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object(
        'reads', (SELECT count(*) FROM read WHERE agency_id = p_agency AND read_at >= now() - make_interval(days => p_days)),
        'hits', (SELECT count(*) FROM hit WHERE agency_id = p_agency AND read_at >= now() - make_interval(days => p_days)),
        'alerts', (SELECT count(*) FROM alert WHERE agency_id = p_agency AND raised_at >= now() - make_interval(days => p_days)),
        'searches', (SELECT coalesce(jsonb_object_agg(purpose, n), '{}') FROM (
            SELECT purpose, count(*) AS n FROM access_record
             WHERE agency_id = p_agency AND function = 'search' AND outcome = 'ALLOWED'
               AND accessed_at >= now() - make_interval(days => p_days) GROUP BY purpose) AS s),
        'refused', (SELECT count(*) FROM access_record
             WHERE agency_id = p_agency AND outcome = 'DENIED' AND accessed_at >= now() - make_interval(days => p_days)))
$$;
