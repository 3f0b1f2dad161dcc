-- How long, and who agreed to it. The database computes for itself when something is due: whoever purges, and whatever
-- they say, nothing goes before the schedule that administrator and custodian approved (RET-01, RET-02, GOV-07).

-- The same day some months later, or the next one that exists: never earlier (policy/period.py is the original).
CREATE FUNCTION period_anniversary(p_day date, p_months integer) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT CASE WHEN extract(day FROM later) < extract(day FROM p_day) THEN later + 1 ELSE later END
      FROM (SELECT (p_day + make_interval(months => p_months))::date AS later) AS shifted
$$;

-- When a period that starts at a moment ends. A later moment never ends earlier, so one cut-off speaks for all before it.
CREATE FUNCTION period_after(p_from timestamptz, p_months integer, p_seconds bigint) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_start timestamp := p_from AT TIME ZONE 'UTC';
    v_day date := public.period_anniversary(v_start::date, p_months);
BEGIN
    IF public.period_anniversary(v_start::date - 1, p_months) < v_day THEN
        v_start := v_day + (v_start - v_start::date::timestamp);
    ELSE
        v_start := v_day + 1;
    END IF;
    RETURN (v_start + make_interval(secs => p_seconds)) AT TIME ZONE 'UTC';
END $$;

CREATE TABLE retention_schedule (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency_id bigint NOT NULL REFERENCES agency,
    number integer NOT NULL CHECK (number > 0),
    policy_version text NOT NULL,
    anchor text NOT NULL CHECK (anchor IN ('capture', 'arrival')),
    minimum_months integer NOT NULL CHECK (minimum_months >= 0),    -- nought where there is none, or counsel ruled it away
    minimum_seconds bigint NOT NULL CHECK (minimum_seconds >= 0),
    purge_months integer NOT NULL CHECK (purge_months >= 0),
    purge_seconds bigint NOT NULL CHECK (purge_seconds >= 0),
    records_months integer NOT NULL CHECK (records_months >= 0),
    records_seconds bigint NOT NULL CHECK (records_seconds >= 0),
    spares_hits boolean NOT NULL,           -- reads on a hot list are no part of this purge
    said jsonb NOT NULL,                    -- the same in words, with clauses, for pages and certificates
    proposed_at timestamptz NOT NULL,
    proposed_by text NOT NULL,
    UNIQUE (agency_id, number),
    CHECK (records_months >= 12 OR records_seconds >= 31622400)     -- CJIS AU-11, under every policy
);
CREATE TABLE retention_consent (
    schedule_id bigint NOT NULL REFERENCES retention_schedule,
    role text NOT NULL CHECK (role IN ('administrator', 'custodian')),
    person_id bigint NOT NULL REFERENCES person,
    username text NOT NULL,
    consented_at timestamptz NOT NULL,
    PRIMARY KEY (schedule_id, role),
    UNIQUE (schedule_id, person_id)         -- two people, not one in two offices
);

-- The schedule in force: the latest to which administrator and custodian both agreed.
CREATE FUNCTION schedule_in_force(p_agency bigint) RETURNS retention_schedule
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s FROM retention_schedule s
     WHERE s.agency_id = p_agency AND (SELECT count(*) FROM retention_consent c WHERE c.schedule_id = s.id) = 2
     ORDER BY s.number DESC LIMIT 1
$$;

-- Proposes a schedule, unless the latest says the same; returns its id.
CREATE FUNCTION propose_schedule(p_agency bigint, p_schedule jsonb, p_by text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_new retention_schedule := jsonb_populate_record(NULL::retention_schedule, p_schedule);
    v_last retention_schedule;
    v_slug text;
BEGIN
    SELECT slug INTO STRICT v_slug FROM agency WHERE id = p_agency FOR UPDATE;
    SELECT * INTO v_last FROM retention_schedule WHERE agency_id = p_agency ORDER BY number DESC LIMIT 1;
    IF v_last.id IS NOT NULL
        AND to_jsonb(v_last) - '{id,agency_id,number,proposed_at,proposed_by,policy_version}'::text[]
          = to_jsonb(v_new) - '{id,agency_id,number,proposed_at,proposed_by,policy_version}'::text[]
    THEN
        RETURN v_last.id;
    END IF;
    INSERT INTO retention_schedule (agency_id, number, policy_version, anchor, minimum_months, minimum_seconds,
                                    purge_months, purge_seconds, records_months, records_seconds, spares_hits, said,
                                    proposed_at, proposed_by)
    VALUES (p_agency, coalesce(v_last.number, 0) + 1, v_new.policy_version, v_new.anchor, v_new.minimum_months,
            v_new.minimum_seconds, v_new.purge_months, v_new.purge_seconds, v_new.records_months, v_new.records_seconds,
            v_new.spares_hits, v_new.said, clock_timestamp(), p_by)
    RETURNING id INTO v_new.id;
    PERFORM append_entry(v_slug, 'retention.proposed', p_by, v_new.id::text, p_schedule::text);
    RETURN v_new.id;
END $$;

-- One of the two agrees to a schedule and to its first run.
CREATE FUNCTION consent_schedule(p_schedule bigint, p_person bigint, p_role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person;
    v_schedule retention_schedule;
BEGIN
    SELECT * INTO v_person FROM person WHERE id = p_person AND may_act(person) AND p_role = ANY (roles);
    SELECT * INTO v_schedule FROM retention_schedule WHERE id = p_schedule AND agency_id = v_person.agency_id;
    IF v_schedule.id IS NULL OR p_role NOT IN ('administrator', 'custodian') THEN
        RAISE EXCEPTION 'a schedule is approved by its agency''s administrator and custodian (GOV-07)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO retention_consent VALUES (p_schedule, p_role, v_person.id, v_person.username, clock_timestamp());
    PERFORM append_entry((SELECT slug FROM agency WHERE id = v_schedule.agency_id), 'retention.approved',
        v_person.username, p_schedule::text, jsonb_build_object('role', p_role, 'number', v_schedule.number)::text);
END $$;

-- Nothing anchored before a moment may go unless it is due by now; this clock and this schedule decide, nobody else.
CREATE FUNCTION refuse_early_purge(p_agency bigint, p_before timestamptz) RETURNS retention_schedule
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_schedule retention_schedule := schedule_in_force(p_agency);
    v_last timestamptz := p_before - interval '1 microsecond';
    v_due timestamptz;
BEGIN
    IF v_schedule.id IS NULL THEN
        RAISE EXCEPTION 'administrator and custodian have not both approved a schedule (GOV-07)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    v_due := greatest(period_after(v_last, v_schedule.purge_months, v_schedule.purge_seconds),
                      period_after(v_last, v_schedule.minimum_months, v_schedule.minimum_seconds));
    IF p_before IS NULL OR v_due > clock_timestamp() THEN
        RAISE EXCEPTION 'what was stored before % is not due before % (RET-01, RET-02)', p_before, v_due
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN v_schedule;
END $$;
CREATE FUNCTION refuse_early_record_purge(p_agency bigint, p_before timestamptz) RETURNS retention_schedule
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_schedule retention_schedule := schedule_in_force(p_agency);
BEGIN
    IF v_schedule.id IS NULL OR p_before IS NULL OR period_after(p_before - interval '1 microsecond',
        v_schedule.records_months, v_schedule.records_seconds) > clock_timestamp()
    THEN
        RAISE EXCEPTION 'access records of before % are still to be kept (AUD-01)', p_before
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN v_schedule;
END $$;
