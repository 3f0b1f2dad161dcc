-- Which of these slices still hold anything that is stored; the keys of the others are destroyed. A read in quarantine
-- that is held lies with what is kept, or the day's other reads could be opened for as long as it.
CREATE OR REPLACE FUNCTION living_slices(p_agencies integer[], p_names text[]) RETURNS TABLE (agency_id integer, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.agency, s.name
      FROM unnest(p_agencies, p_names) AS s(agency, name),
           LATERAL (SELECT left(s.name, 10)::timestamp AT TIME ZONE 'UTC' AS since) AS d,
           LATERAL (SELECT s.name LIKE '%+kept' AS is_kept, d.since + interval '1 day' AS until) AS e
     WHERE EXISTS (
               SELECT 1 FROM read r
                WHERE r.agency_id = s.agency AND r.read_at >= d.since AND r.read_at < e.until
                  AND (e.is_kept OR (r.read_at, r.id) NOT IN (
                      SELECT k.read_at, k.id FROM kept_reads(s.agency, d.since, e.until) k)))
        OR EXISTS (
               SELECT 1 FROM quarantined_read q
                WHERE q.agency_id = s.agency AND q.received_at >= d.since AND q.received_at < e.until
                  AND (e.is_kept OR q.id NOT IN (SELECT k.id FROM held_quarantine(s.agency, d.since, e.until) k)))
$$;
