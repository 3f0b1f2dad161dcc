-- The outbox to the records management system (Monrovia 463.5(b); SRC-03). open_access() writes a request in the
-- transaction that writes the record, so neither is without the other. Nobody changes or removes a row; only the
-- custodian's role, which the worker uses, reads them, because they say what was asked.

CREATE TABLE rms_request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency_id integer NOT NULL,
    access_id uuid NOT NULL UNIQUE,
    queued_at timestamptz NOT NULL,
    classification text NOT NULL CHECK (classification <> ''),
    content jsonb NOT NULL
);
CREATE INDEX rms_request_agency ON rms_request (agency_id, id);

CREATE TABLE rms_attempt (
    request_id bigint NOT NULL REFERENCES rms_request,
    attempted_at timestamptz NOT NULL,
    delivered boolean NOT NULL,
    receipt text NOT NULL CHECK (length(receipt) <= 500),   -- the other side's, or the file and its digest
    error text NOT NULL CHECK (length(error) <= 500),
    PRIMARY KEY (request_id, attempted_at),
    CHECK (delivered = (error = ''))
);
CREATE UNIQUE INDEX rms_attempt_delivered ON rms_attempt (request_id) WHERE delivered;

CREATE FUNCTION refuse_rms_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed (SRC-03)', tg_table_name
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER rms_request_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON rms_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rms_change();
CREATE TRIGGER rms_attempt_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON rms_attempt
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rms_change();

-- Queues one access; open_access() calls it where the policy, or the connection of the agency whose data was opened,
-- says how accesses are filed.
CREATE FUNCTION queue_rms_request(p_agency_id integer, p_classification text, p_access_id uuid, p_content jsonb)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_classification text := coalesce(nullif(p_classification, ''),
        (SELECT c.classification FROM rms_connection c WHERE c.agency_id = p_agency_id), '');
BEGIN
    IF v_classification <> '' THEN
        INSERT INTO rms_request (agency_id, access_id, queued_at, classification, content)
        VALUES (p_agency_id, p_access_id, clock_timestamp(), v_classification, p_content);
    END IF;
END $$;

-- What still waits for a receipt, without what was asked.
CREATE FUNCTION rms_unacknowledged(p_agency_id integer)
RETURNS TABLE (access_id uuid, queued_at timestamptz, attempts bigint, last_attempt_at timestamptz, last_error text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.access_id, r.queued_at, count(a.request_id), max(a.attempted_at),
           coalesce((array_agg(a.error ORDER BY a.attempted_at DESC))[1], '')
      FROM rms_request r LEFT JOIN rms_attempt a ON a.request_id = r.id
     WHERE r.agency_id = p_agency_id
       AND NOT EXISTS (SELECT FROM rms_attempt d WHERE d.request_id = r.id AND d.delivered)
     GROUP BY r.id ORDER BY r.id
$$;

-- How many accesses were filed, how many have their receipt, and the last receipt's time.
CREATE FUNCTION rms_counts(p_agency_id integer)
RETURNS TABLE (filed bigint, acknowledged bigint, last_receipt_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*), count(a.request_id), max(a.attempted_at)
      FROM rms_request r LEFT JOIN rms_attempt a ON a.request_id = r.id AND a.delivered
     WHERE r.agency_id = p_agency_id
$$;
