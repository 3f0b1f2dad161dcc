-- What people are to be told of: ids and times, never what was read.

-- Alerts just raised, for those who asked to be woken.
CREATE FUNCTION fresh_alerts(p_since timestamptz) RETURNS TABLE (agency_id integer, alert_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.agency_id, a.id FROM alert a WHERE a.raised_at > p_since ORDER BY a.raised_at LIMIT 500
$$;

-- Wrong entries whose cancellation Communications has not put on the air (HOT-10).
CREATE FUNCTION unbroadcast_cancellations(p_before timestamptz)
RETURNS TABLE (agency_id integer, cancellation_id uuid, cancelled_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.agency_id, c.id, c.cancelled_at FROM entry_cancellation c
     WHERE c.broadcast_at IS NULL AND c.dropped_at IS NULL AND c.cancelled_at < p_before
$$;
