-- The gate (promise 1: nothing is seen without a record; SRC-01, SRC-06, AUD-08).
-- `web` has no right on any table behind it. It may call open_access(), which writes the access record, its grants and
-- the ledger entry, and then select from security-barrier views that join their table with open_grants().

-- The keys of a normal form, as plates.fold() and plates.match_key() make them; the only place in the database that knows
-- which characters look alike. Of one expression, no settings: so they are planned into the statement that asks.
CREATE FUNCTION plate_fold(p_plate text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(p_plate, 'ODQIZSBG', '00012586');

CREATE FUNCTION plate_match_key(p_plate text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(p_plate, 'O', '0');

-- The look-alike key of a plate as somebody typed it, as plates.fold() has it for Latin letters.
CREATE FUNCTION typed_fold(p_plate text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN plate_fold(regexp_replace(upper(p_plate), '[^A-Z0-9]', '', 'g'));

-- The pattern, for LIKE and over look-alike keys, that somebody typed; NULL where it has neither ? nor *. Not declared STRICT:
-- with a CASE in it that would keep it from being planned into the statement, and each record would wait for its call.
CREATE FUNCTION typed_pattern(p_plate text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_plate ~ '[?*]' THEN
    translate(plate_fold(regexp_replace(upper(p_plate), '[^A-Z0-9?*]', '', 'g')), '?*', '_%') END;

-- The identifier of a record, of version 7 (RFC 9562): 48 bits of time, then 74 random ones; it opens nothing (ADR 0004). What is
-- written together lies together in every index, or each record would touch a page of its own in each of them (ADR 0011).
CREATE FUNCTION record_id() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(set_bit(set_bit(                          -- from version 4 to 7
    overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
    52, 1), 53, 1), 'hex')::uuid;

CREATE TABLE access_record (
    agency_id integer NOT NULL,             -- whose person asks
    id uuid NOT NULL DEFAULT record_id(),
    accessed_at timestamptz NOT NULL,
    person_id bigint NOT NULL,
    username text NOT NULL,                 -- text copies: a record outlives the account (C-7)
    full_name text NOT NULL,
    organization text NOT NULL,
    on_behalf_of text NOT NULL,             -- giving somebody else access is access (SRC-05)
    function text NOT NULL,
    query jsonb NOT NULL,
    purpose text NOT NULL,
    case_number text NOT NULL,
    reason text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('ALLOWED', 'DENIED')),
    clauses text[] NOT NULL,                -- what allowed or refused it
    explanation text NOT NULL,              -- the sentence that a refused person read
    policy_version text NOT NULL,
    parent_id uuid,                         -- the record in the course of which this one was opened
    source text NOT NULL,                   -- network address or terminal
    case_known boolean,                     -- what the case registry said; NULL: none, or no answer (PUR-14)
    session_role text NOT NULL,
    backend integer NOT NULL,
    opened_in xid8 NOT NULL,
    fresh_until timestamptz NOT NULL,
    token_sha256 bytea NOT NULL,
    plate_fold text,                        -- of the plate asked about, for the misuse detectors (PUR-05)
    plate_pattern text,                     -- where it was asked by a pattern, and
    alert text,                             -- the alert asked about: who got to know a plate (AUD-08)
    PRIMARY KEY (id, agency_id)             -- the only index that begins with the id: see open_grants()
);
-- what people wrote is no planner's business: EXPLAIN would tell what it sampled to whoever may name the view (ADR 0004)
ALTER TABLE access_record ALTER username SET STATISTICS 0, ALTER full_name SET STATISTICS 0, ALTER on_behalf_of SET STATISTICS 0,
    ALTER case_number SET STATISTICS 0, ALTER reason SET STATISTICS 0, ALTER explanation SET STATISTICS 0;
CREATE INDEX access_record_time ON access_record (agency_id, accessed_at DESC);
CREATE INDEX access_record_person ON access_record (agency_id, person_id, accessed_at DESC);
-- a column of its own: an index on the expression would have it parsed and planned anew for each record
CREATE INDEX access_record_target ON access_record (agency_id, plate_fold, accessed_at) INCLUDE (id, plate_pattern)
 WHERE plate_fold IS NOT NULL;
CREATE INDEX access_record_alert ON access_record (agency_id, alert) WHERE alert IS NOT NULL;

-- Written by open_access() alone, each row right behind its record: a foreign key would look the record up and lock it.
CREATE TABLE access_grant (
    agency_id integer NOT NULL,
    access_id uuid NOT NULL,
    data_agency_id integer NOT NULL,        -- whose data it opens
    visible_from timestamptz NOT NULL,      -- logical deletion is a cut-off, never an UPDATE (RET-05)
    anchor text NOT NULL CHECK (anchor IN ('capture', 'arrival')),  -- which moment it is compared with (RET-03)
    kinds text[] NOT NULL,                  -- policy's DataKind: read, image, scene, alert, access-record
    camera_ids bigint[],                    -- NULL: all (GOV-09)
    read_ids uuid[],                        -- NULL: all; opening one read opens that one
    hits_only boolean NOT NULL,             -- receiving an alert shows reads on a list and no others (USR-06)
    PRIMARY KEY (agency_id, access_id, data_agency_id)
);

-- Not even their owner changes what was recorded; only a superuser could, and the ledger would show it (promise 1).
-- The purge alone removes whole rows whose own period has ended, and says so in the ledger (AUD-01).
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF tg_op = 'DELETE' AND current_setting('platekeeper.purging', true) = tg_table_name
        AND tg_table_name IN ('access_record', 'access_grant', 'alert_step')
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'rows of % are never changed or removed (SRC-06, AUD-01)', tg_table_name
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER access_record_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON access_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_grant_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON access_grant
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Under every policy lies a year, whoever asks (CJIS AU-11).
CREATE FUNCTION refuse_young_record() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF OLD.accessed_at > clock_timestamp() - interval '1 year' THEN
        RAISE EXCEPTION 'access records are kept for at least a year (CJIS AU-11)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER access_record_grows_old BEFORE DELETE ON access_record
    FOR EACH ROW EXECUTE FUNCTION refuse_young_record();

-- Writes one access record, its grants and its ledger entry; returns its id and, if it was allowed, the pass that
-- `platekeeper.access` must hold, locally to a later transaction, for the views to answer.
CREATE FUNCTION open_access(p_request jsonb) RETURNS TABLE (access_id uuid, pass text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_record access_record;
    v_token bytea := sha256(uuid_send(gen_random_uuid()));  -- 122 random bits, for five minutes at most
    v_allowed boolean := p_request->>'outcome' = 'ALLOWED';
BEGIN
    IF NOT ledger_holds() THEN
        RAISE EXCEPTION 'the ledger does not hold, so nothing is recorded or shown (CJIS AU-5)' USING ERRCODE = 'PK001';
    END IF;
    IF v_allowed AND (btrim(coalesce(p_request->>'purpose', '')) = '' OR btrim(coalesce(p_request->>'policy_version', '')) = '') THEN
        RAISE EXCEPTION 'an access without a purpose or without a policy is not opened (SRC-01)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- one statement, as each costs its start: the record, and what it opens
    WITH recorded AS (
        INSERT INTO access_record AS r (
            agency_id, accessed_at, person_id, username, full_name, organization, on_behalf_of, function, query, purpose,
            case_number, reason, outcome, clauses, explanation, policy_version, parent_id, source, case_known,
            session_role, backend, opened_in, fresh_until, token_sha256, plate_fold, plate_pattern, alert)
        SELECT p.agency_id, clock_timestamp(), p.id, p.username, p.full_name, a.name, coalesce(q.on_behalf_of, ''),
               q.function, coalesce(q.query, '{}'), coalesce(q.purpose, ''), coalesce(q.case_number, ''),
               coalesce(q.reason, ''), q.outcome, coalesce(q.clauses, '{}'), coalesce(q.explanation, ''),
               q.policy_version, q.parent_id, coalesce(q.source, ''), q.case_known, session_user, pg_backend_pid(),
               pg_current_xact_id(),
               clock_timestamp() + make_interval(secs => least(greatest(coalesce(q.fresh_seconds, 60), 0), 300)),
               sha256(v_token), typed_fold(q.query->>'plate'), typed_pattern(q.query->>'plate'), q.query->>'alert'
          FROM jsonb_to_record(p_request) AS q(
               person_id bigint, on_behalf_of text, function text, query jsonb, purpose text, case_number text,
               reason text, outcome text, clauses text[], explanation text, policy_version text, parent_id uuid,
               source text, case_known boolean, fresh_seconds float8)
          JOIN person p ON p.id = q.person_id AND (may_act(p) OR NOT v_allowed)  -- of a refusal there is a record, whoever it is
          JOIN agency a ON a.id = p.agency_id
        RETURNING r.*
    ), opened AS (
        INSERT INTO access_grant
        SELECT r.agency_id, r.id, g.data_agency_id, g.visible_from, coalesce(g.anchor, 'capture'), g.kinds,
               CASE WHEN g.camera_groups IS NOT NULL THEN ARRAY(
                   SELECT c.id FROM camera c
                    WHERE c.agency_id = g.data_agency_id AND c.site_group = ANY (g.camera_groups)) END,
               g.read_ids, r.function IN ('receive-alerts', 'verify-alert')
          FROM recorded r, jsonb_to_recordset(p_request->'grants') AS g(
               data_agency_id integer, visible_from timestamptz, anchor text, kinds text[], camera_groups text[], read_ids uuid[])
         WHERE v_allowed
    )
    SELECT r.* INTO v_record FROM recorded r;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no person of that number may act now (USR-09, USR-11)' USING ERRCODE = 'PK003';
    END IF;
    IF v_allowed AND (p_request->>'rms_classification' <> '' OR EXISTS (SELECT FROM rms_connection)) THEN  -- few have one
        -- the records management system of the agency whose data it is hears of it, or nobody does (SRC-03)
        PERFORM queue_rms_request(
            g.data_agency_id, p_request->>'rms_classification', v_record.id,
            jsonb_build_object(
                'accessed_at', v_record.accessed_at, 'username', v_record.username, 'full_name', v_record.full_name,
                'organization', v_record.organization, 'on_behalf_of', v_record.on_behalf_of,
                'function', v_record.function, 'query', v_record.query, 'purpose', v_record.purpose,
                'case_number', v_record.case_number, 'reason', v_record.reason))
           FROM access_grant g
          WHERE g.agency_id = v_record.agency_id AND g.access_id = v_record.id
            AND g.kinds && ARRAY['read', 'image', 'scene', 'vehicle', 'alert']
            AND (p_request->>'rms_classification' <> '' OR EXISTS (
                SELECT FROM rms_connection c WHERE c.agency_id = g.data_agency_id))
          LIMIT 1;
    END IF;
    PERFORM append_entry(
        a.slug, CASE WHEN v_allowed THEN 'access.opened' ELSE 'access.denied' END, v_record.username,
        v_record.id::text,
        (to_jsonb(v_record) - ARRAY['token_sha256', 'opened_in', 'backend', 'plate_fold', 'plate_pattern', 'alert']
         || jsonb_build_object('grants', p_request->'grants'))::text
    ) FROM agency a WHERE a.id = v_record.agency_id;
    access_id := v_record.id;
    pass := CASE WHEN v_allowed THEN concat_ws(':', v_record.agency_id, v_record.id, encode(v_token, 'hex')) END;
    RETURN NEXT;
END $$;

-- What a page calls: the record in a transaction that waits for no disk, so that the ledger is free at once; then an empty
-- message in the log, whose commit waits for the disk and lies behind the record (ADR 0011). Where `p_goes_on` says that
-- questions travel behind this call, the gate is opened for the transaction that it leaves to them, which ends with theirs,
-- and await_record() behind them waits instead: the disk and the questions work at the same time. Called in a transaction it
-- is refused: a record that could be rolled back is none. Only a procedure of its caller's rights and path may end a
-- transaction, so everything is named in full.
CREATE PROCEDURE record_access(p_request jsonb, p_goes_on boolean, INOUT access_id uuid, INOUT pass text)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.set_config('synchronous_commit', 'off', true);
    SELECT o.access_id, o.pass INTO access_id, pass FROM public.open_access(p_request) o;
    COMMIT;
    PERFORM pg_catalog.set_config('synchronous_commit', 'on', true);
    IF p_goes_on THEN
        PERFORM pg_catalog.set_config('platekeeper.recorded', pg_catalog.pg_current_wal_insert_lsn()::text, true);
        PERFORM pg_catalog.set_config('platekeeper.access', coalesce(pass, ''), true);
    ELSE
        PERFORM pg_catalog.pg_logical_emit_message(true, 'platekeeper', '');
    END IF;
END $$;

-- Ends what record_access() left open: is the log not yet on the disk up to the record, or must a standby have it, too, this
-- transaction gets a message in the log, so that its commit waits.
CREATE FUNCTION await_record() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF pg_current_wal_flush_lsn() < current_setting('platekeeper.recorded')::pg_lsn
        OR current_setting('synchronous_standby_names') <> ''
    THEN
        PERFORM pg_logical_emit_message(true, 'platekeeper', '');
    END IF;
END $$;

-- What was logically deleted is cut off by `visible_from` for read_at or by `received_from` for received_at, whichever the
-- policy's periods start at; the other is -infinity (RET-03, RET-05).
-- The grants of the record that `platekeeper.access` names: if its token fits, it is fresh, this very session opened
-- it, and it was committed before this transaction (a record that could still be rolled back opens nothing).
CREATE FUNCTION open_grants(p_kind text)
RETURNS TABLE (data_agency_id integer, visible_from timestamptz, received_from timestamptz, camera_ids bigint[],
               read_ids uuid[], hits_only boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    -- agency, record, token; what is of another form is answered like no pass at all, and never by an error. Without a
    -- regular expression, which took longer than all the rest.
    v_pass text[] := string_to_array(current_setting('platekeeper.access', true), ':');
    v_id text := replace(v_pass[2], '-', '');
BEGIN
    IF NOT ledger_holds() OR cardinality(v_pass) IS DISTINCT FROM 3
        OR length(v_pass[1]) NOT BETWEEN 1 AND 9 OR ltrim(v_pass[1], '0123456789') <> ''
        OR length(v_id) <> 32 OR ltrim(v_id, '0123456789abcdef') <> ''
        OR length(v_pass[3]) <> 64 OR ltrim(v_pass[3], '0123456789abcdef') <> ''
    THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT g.data_agency_id, CASE g.anchor WHEN 'capture' THEN g.visible_from ELSE '-infinity' END,
           CASE g.anchor WHEN 'arrival' THEN g.visible_from ELSE '-infinity' END, g.camera_ids, g.read_ids, g.hits_only
      FROM access_record r
      JOIN access_grant g ON g.agency_id = r.agency_id AND g.access_id = r.id
     -- of a few rows every index looks as good, and one that goes by the agency reads all its records for as long as the plan
     -- is kept: what is no equality no index can begin with
     WHERE r.id = v_id::uuid AND r.id::text = v_pass[2]
       AND r.agency_id IS NOT DISTINCT FROM v_pass[1]::integer
       AND r.token_sha256 = sha256(decode(v_pass[3], 'hex'))
       AND r.outcome = 'ALLOWED'
       AND r.session_role = session_user
       AND r.backend = pg_backend_pid()
       AND r.fresh_until > clock_timestamp()
       AND r.opened_in IS DISTINCT FROM pg_current_xact_id_if_assigned()
       AND p_kind = ANY (g.kinds);
END $$;

-- A person's own record of the last hours, in the course of which they open something more: purpose and case go on, and so
-- does the release under which it was asked for somebody of another agency (SRC-05).
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

-- Each view begins with `granted` and asks whether it holds anything before it looks anywhere: a plan may take the table
-- first, and tell by EXPLAIN ANALYZE or by the time it takes how many rows stand behind the gate.

-- What an auditor reads; reading it is an access of its own.
CREATE VIEW visible_access_record WITH (security_barrier) AS
WITH granted AS MATERIALIZED (SELECT * FROM open_grants('access-record'))
SELECT r.agency_id, r.id, r.accessed_at, r.person_id, r.username, r.full_name, r.organization, r.on_behalf_of,
       r.function, r.query, r.purpose, r.case_number, r.reason, r.outcome, r.clauses, r.explanation, r.policy_version,
       r.parent_id, r.source, r.case_known
  FROM access_record r JOIN granted g ON g.data_agency_id = r.agency_id
 WHERE EXISTS (SELECT FROM granted);

CREATE VIEW visible_access_grant WITH (security_barrier) AS
WITH granted AS MATERIALIZED (SELECT * FROM open_grants('access-record'))
SELECT a.*, d.name AS agency_name
  FROM granted g
  JOIN access_grant a ON a.agency_id = g.data_agency_id
  JOIN agency d ON d.id = a.data_agency_id
 WHERE EXISTS (SELECT FROM granted);

-- The ledger entry that seals an access record, its hashes computed anew.
CREATE VIEW visible_entry WITH (security_barrier) AS
WITH granted AS MATERIALIZED (SELECT * FROM open_grants('access-record'))
SELECT r.id AS access_id, e.sequence, e.entry_at, e.event, e.actor, e.chain_hash, p.chain_hash AS previous_hash, d.details,
       e.leaf_hash = ledger_leaf_hash(
           e.sequence, e.entry_at, e.agency, e.event, e.actor, e.subject, e.details_digest)
       AND e.chain_hash = ledger_chain_hash(coalesce(p.chain_hash, decode(repeat('00', 32), 'hex')), e.leaf_hash)
       AND (d.details IS NULL OR e.details_digest = sha256(d.salt || convert_to(d.details, 'UTF8'))) AS is_intact
  FROM granted g
  JOIN access_record r ON r.agency_id = g.data_agency_id
  JOIN ledger_entry e ON e.subject = r.id::text AND e.event IN ('access.opened', 'access.denied')
  LEFT JOIN ledger_entry p ON p.sequence = e.sequence - 1
  LEFT JOIN ledger_details d ON d.sequence = e.sequence
 WHERE EXISTS (SELECT FROM granted);
