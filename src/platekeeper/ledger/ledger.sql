-- The ledger, as the database keeps it: PostgreSQL 15 or newer, core only. Executed once, as the owner of the tables.
-- The hashes are those of verify.py, byte for byte; tests/ledger/test_database.py holds the two together.
-- Nothing is granted here. What is refused is refused to everyone, the tables' owner included; a superuser who
-- switches the triggers off is shown by the chain and the published checkpoints.

CREATE TABLE ledger_entry (
    sequence bigint PRIMARY KEY CHECK (sequence >= 1),
    entry_at timestamptz NOT NULL,
    agency text NOT NULL CHECK (agency ~ '^([a-z0-9]+(-[a-z0-9]+)*)?$'),
    event text NOT NULL CHECK (event ~ '^[a-z0-9]+(-[a-z0-9]+)*[.][a-z0-9]+(-[a-z0-9]+)*$'),
    actor text NOT NULL CHECK (length(actor) <= 1000),
    subject text NOT NULL CHECK (length(subject) <= 1000),
    details_digest bytea NOT NULL CHECK (octet_length(details_digest) = 32),
    leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
    chain_hash bytea NOT NULL CHECK (octet_length(chain_hash) = 32)
);
CREATE INDEX ledger_entry_by_agency ON ledger_entry (agency, entry_at);
CREATE INDEX ledger_entry_by_subject ON ledger_entry (subject, sequence);

-- What an entry is about, apart from it: erased when its retention ends, while the chain goes on holding. append_entry()
-- alone writes it, in one statement with its entry: a foreign key would look the entry up and lock it.
CREATE TABLE ledger_details (
    sequence bigint PRIMARY KEY,
    salt bytea NOT NULL CHECK (octet_length(salt) = 16),
    details text NOT NULL CHECK (octet_length(details) <= 1048576)
);

CREATE TABLE ledger_checkpoint (
    size bigint NOT NULL CHECK (size >= 0),
    made_at timestamptz NOT NULL,
    body text NOT NULL,
    signature bytea NOT NULL CHECK (octet_length(signature) = 68),  -- key id (4 bytes), Ed25519 signature (64)
    edge bytea NOT NULL CHECK (octet_length(edge) % 32 = 0),  -- right edge of the tree: the next one starts from it
    timestamp_token bytea,  -- RFC 3161, where the agency has an authority
    PRIMARY KEY (size, made_at)
);

-- What whoever signs the ledger, and whoever verifies all of it, last found; while either says that it does not hold,
-- nothing is shown (CJIS AU-5).
CREATE TABLE ledger_state (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    check_name text NOT NULL CHECK (check_name IN ('signing', 'verification')),
    holds boolean NOT NULL,
    sentence text NOT NULL CHECK (length(sentence) <= 2000)
);
CREATE INDEX ledger_state_latest ON ledger_state (check_name, id DESC);

CREATE FUNCTION ledger_holds() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce((SELECT s.holds FROM ledger_state s WHERE s.check_name = 'signing' ORDER BY s.id DESC LIMIT 1), true)
       AND coalesce((SELECT s.holds FROM ledger_state s WHERE s.check_name = 'verification' ORDER BY s.id DESC LIMIT 1), true);

-- The first checkpoint that counts an entry; the latest one where none is named. Pages show no more of them.
CREATE FUNCTION ledger_checkpoint_over(p_sequence bigint) RETURNS TABLE (size bigint, made_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
    (SELECT c.size, c.made_at FROM ledger_checkpoint c WHERE c.size >= p_sequence ORDER BY c.size, c.made_at LIMIT 1)
    UNION ALL
    (SELECT c.size, c.made_at FROM ledger_checkpoint c WHERE p_sequence IS NULL ORDER BY c.size DESC, c.made_at DESC LIMIT 1)
$$;

-- Which checkpoint reached which place outside.
CREATE TABLE ledger_publication (
    place text NOT NULL CHECK (length(place) <= 500),
    size bigint NOT NULL,
    made_at timestamptz NOT NULL,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (place, size, made_at)
);

CREATE FUNCTION ledger_field(p_text text) RETURNS bytea
    LANGUAGE sql STABLE STRICT PARALLEL SAFE  -- as convert_to() is: only so does the planner inline it
    RETURN int4send(octet_length(convert_to(p_text, 'UTF8'))) || convert_to(p_text, 'UTF8');

CREATE FUNCTION ledger_leaf_hash(
    p_sequence bigint, p_entry_at timestamptz, p_agency text, p_event text, p_actor text, p_subject text,
    p_details_digest bytea
) RETURNS bytea
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN sha256(
        '\x00'::bytea
        || ledger_field('platekeeper-entry-1')
        || ledger_field(p_sequence::text)
        || ledger_field(to_char(p_entry_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        || ledger_field(p_agency)
        || ledger_field(p_event)
        || ledger_field(p_actor)
        || ledger_field(p_subject)
        || ledger_field(encode(p_details_digest, 'hex'))
    );

CREATE FUNCTION ledger_chain_hash(p_previous bytea, p_leaf_hash bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN sha256('\x02'::bytea || p_previous || p_leaf_hash);

-- Appends one entry and returns its sequence. Whoever appends holds the ledger until its transaction ends: append
-- last, and end soon. pg_temp stands last in the search path, or a caller's temporary table could pose as the ledger.
CREATE FUNCTION append_entry(p_agency text, p_event text, p_actor text, p_subject text, p_details text)
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_salt bytea := uuid_send(gen_random_uuid());  -- 122 of its bits are random
    v_digest bytea := sha256(v_salt || convert_to(p_details, 'UTF8'));
    v_last ledger_entry;
    v_sequence bigint;
    v_entry_at timestamptz;
    v_leaf_hash bytea;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        -- an older snapshot would not show the entry that another session has just appended
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_transaction_state',
            MESSAGE = 'The ledger is appended to in read committed transactions only: use that isolation level.';
    END IF;
    PERFORM pg_advisory_xact_lock(5785837329019528562);
    SELECT * INTO v_last FROM ledger_entry ORDER BY sequence DESC LIMIT 1;
    v_sequence := coalesce(v_last.sequence, 0) + 1;
    v_entry_at := greatest(clock_timestamp(), v_last.entry_at);  -- a clock set back stands still (CJIS AU-8)
    v_leaf_hash := ledger_leaf_hash(v_sequence, v_entry_at, p_agency, p_event, p_actor, p_subject, v_digest);
    WITH appended AS (
        INSERT INTO ledger_entry (
            sequence, entry_at, agency, event, actor, subject, details_digest, leaf_hash, chain_hash
        ) VALUES (
            v_sequence, v_entry_at, p_agency, p_event, p_actor, p_subject, v_digest, v_leaf_hash,
            ledger_chain_hash(coalesce(v_last.chain_hash, decode(repeat('00', 32), 'hex')), v_leaf_hash)
        )
    )
    INSERT INTO ledger_details (sequence, salt, details) VALUES (v_sequence, v_salt, p_details);
    RETURN v_sequence;
END
$$;

CREATE FUNCTION ledger_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_TABLE_NAME = 'ledger_details' AND TG_OP = 'DELETE'
        AND current_setting('platekeeper.erasing_details', true) = 'on'
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'insufficient_privilege',
        MESSAGE = 'The ledger is append-only: ' || TG_OP || ' on ' || TG_TABLE_NAME
            || ' is refused to everyone. Append an entry that corrects it.';
END
$$;

-- Statement triggers: they refuse even where no row would match. ALWAYS: session_replication_role does not silence them.
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_details
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_state
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_publication
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE ledger_state ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE ledger_publication ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE ledger_details ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE ledger_checkpoint ENABLE ALWAYS TRIGGER refuse_change;

REVOKE ALL ON TABLE ledger_entry, ledger_details, ledger_checkpoint, ledger_state, ledger_publication FROM PUBLIC;
REVOKE ALL ON FUNCTION
    ledger_holds(),
    ledger_checkpoint_over(bigint),
    ledger_field(text),
    ledger_leaf_hash(bigint, timestamptz, text, text, text, text, bytea),
    ledger_chain_hash(bytea, bytea),
    append_entry(text, text, text, text, text),
    ledger_refuse_change()
    FROM PUBLIC;
