-- What one vehicle, or two places, have to tell; every answer is of one purpose and one case like any other search.

-- Vehicles that the same cameras saw within seconds of this one: how often, at how many cameras and on how many days.
CREATE FUNCTION travel_companions(p_plates text[], p_since timestamptz, p_until timestamptz, p_seconds integer, p_least integer, p_limit integer, p_zone text)
RETURNS TABLE (plate text, meetings integer, cameras integer, days integer, first_at timestamptz, last_at timestamptz, seconds_apart real)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET jit = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY
    WITH granted AS MATERIALIZED (SELECT * FROM open_grants('read')),
    own AS MATERIALIZED (
        SELECT g.data_agency_id, g.visible_from, g.received_from, r.id, r.camera_id, r.read_at
          FROM granted g
          JOIN read r ON r.agency_id = g.data_agency_id AND r.plate = ANY (p_plates)
         WHERE EXISTS (SELECT FROM granted) AND NOT g.hits_only AND g.read_ids IS NULL
           AND r.read_at >= g.visible_from AND r.received_at >= g.received_from AND r.read_at >= p_since AND r.read_at < p_until
           AND (g.camera_ids IS NULL OR r.camera_id = ANY (g.camera_ids))
         ORDER BY r.read_at DESC LIMIT 1000)
    SELECT r.plate, count(DISTINCT o.id)::integer, count(DISTINCT o.camera_id)::integer,
           count(DISTINCT (o.read_at AT TIME ZONE p_zone)::date)::integer, min(r.read_at), max(r.read_at),
           avg(abs(extract(epoch FROM r.read_at - o.read_at)))::real
      FROM own o CROSS JOIN LATERAL (
           SELECT n.plate, n.read_at FROM read n
            WHERE n.agency_id = o.data_agency_id AND n.camera_id = o.camera_id AND n.read_at >= o.visible_from AND n.received_at >= o.received_from
              AND n.read_at BETWEEN o.read_at - make_interval(secs => p_seconds) AND o.read_at + make_interval(secs => p_seconds)) AS r
     WHERE NOT r.plate = ANY (p_plates)
     GROUP BY r.plate
    HAVING count(DISTINCT o.id) >= p_least
     ORDER BY 2 DESC, 3 DESC, 7, 1 LIMIT p_limit;
END $$;

-- Where and when one vehicle was seen: counted by camera and by weekday and hour, first and last.
CREATE FUNCTION vehicle_pattern(p_plates text[], p_since timestamptz, p_until timestamptz, p_zone text)
RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
BEGIN
    RETURN (
    WITH granted AS MATERIALIZED (SELECT * FROM open_grants('read')),
    own AS MATERIALIZED (
        SELECT r.camera_id, r.read_at, r.id, r.lat, r.lon, r.read_at AT TIME ZONE p_zone AS local
          FROM granted g
          JOIN read r ON r.agency_id = g.data_agency_id AND r.plate = ANY (p_plates)
         WHERE EXISTS (SELECT FROM granted) AND NOT g.hits_only AND g.read_ids IS NULL
           AND r.read_at >= g.visible_from AND r.received_at >= g.received_from AND r.read_at >= p_since AND r.read_at < p_until
           AND (g.camera_ids IS NULL OR r.camera_id = ANY (g.camera_ids)))
    SELECT jsonb_build_object(
        'total', (SELECT count(*) FROM own),
        'days', (SELECT count(DISTINCT local::date) FROM own),
        'first', (SELECT jsonb_build_array(read_at, camera_id, id) FROM own ORDER BY read_at LIMIT 1),
        'last', (SELECT jsonb_build_array(read_at, camera_id, id) FROM own ORDER BY read_at DESC LIMIT 1),
        'hours', (SELECT coalesce(jsonb_agg(jsonb_build_array(day, hour, n)), '[]') FROM (
            SELECT extract(isodow FROM local)::int AS day, extract(hour FROM local)::int AS hour, count(*) AS n
              FROM own GROUP BY 1, 2 ORDER BY 1, 2) AS h),
        'cameras', (SELECT coalesce(jsonb_agg(jsonb_build_array(camera_id, n, first_at, last_at, lat, lon)), '[]') FROM (
            SELECT camera_id, count(*) AS n, min(read_at) AS first_at, max(read_at) AS last_at, avg(lat) AS lat, avg(lon) AS lon
              FROM own GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 200) AS c)));
END $$;

-- The vehicles of a place and time, each with how often and when; looked at no further than p_limit reads.
CREATE FUNCTION plates_at(p_question jsonb, p_limit integer)
RETURNS TABLE (plate text, times integer, first_at timestamptz, last_at timestamptz, looked_at integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
BEGIN
    RETURN QUERY
    WITH found AS MATERIALIZED (SELECT * FROM search_reads(p_question, NULL, NULL, p_limit, false))
    SELECT r.plate, count(*)::integer, min(r.read_at), max(r.read_at), (SELECT count(*)::integer FROM found)
      FROM found f JOIN open_grants('read') g ON NOT g.hits_only AND g.read_ids IS NULL
      JOIN read r ON r.agency_id = g.data_agency_id AND r.read_at = f.read_at AND r.id = f.id
     WHERE EXISTS (SELECT FROM found)
     GROUP BY r.plate;
END $$;

-- Vehicles seen at both places, those seen most often first.
CREATE FUNCTION seen_at_both(p_first jsonb, p_second jsonb, p_most integer, p_limit integer)
RETURNS TABLE (plate text, first_times integer, second_times integer, first_last_at timestamptz, second_last_at timestamptz, capped boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.plate, a.times, b.times, a.last_at, b.last_at, a.looked_at >= p_most OR b.looked_at >= p_most
      FROM plates_at(p_first, p_most) a JOIN plates_at(p_second, p_most) b ON b.plate = a.plate
     ORDER BY least(a.times, b.times) DESC, a.times + b.times DESC, 1 LIMIT p_limit
$$;
