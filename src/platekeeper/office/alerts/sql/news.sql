-- A word that stands for all that the boards of an agency show of alerts: another word, and something changed meanwhile. Whoever
-- may listen to the stream learns as much from it, so it needs no record.

CREATE FUNCTION news_mark(p_agency bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH shown AS (
        (SELECT a.id FROM alert a WHERE a.agency_id = p_agency ORDER BY a.raised_at DESC LIMIT 50)
        UNION SELECT a.id FROM alert a WHERE a.agency_id = p_agency AND a.raised_at > now() - interval '13 hours'
        UNION SELECT s.alert_id FROM open_stops(now()) s WHERE s.agency_id = p_agency
    ), word AS (
        SELECT concat_ws(':', a.id, (SELECT max(s.number) FROM alert_step s WHERE s.agency_id = p_agency AND s.alert_id = a.id)) AS said
          FROM shown a
        UNION ALL SELECT concat_ws(':', c.id, c.broadcast_at) FROM entry_cancellation c
         WHERE c.agency_id = p_agency AND c.dropped_at IS NULL AND (c.broadcast_at IS NULL OR c.cancelled_at > now() - interval '1 day')
    )
    SELECT md5(coalesce(string_agg(w.said, ' ' ORDER BY w.said), '')) FROM word w
$$;
