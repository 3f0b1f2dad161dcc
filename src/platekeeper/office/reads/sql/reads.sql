-- What cameras saw: inserted once, never changed (promise 2; QUA-02, COL-04). Partitions by month, so that a purge is
-- a DROP; agency_id leads every key, and nothing here needs a trigger, so that the tables can be distributed (ADR 0003).

CREATE TABLE read (
    agency_id integer NOT NULL,
    read_at timestamptz NOT NULL,           -- when the camera saw it
    id uuid NOT NULL,                       -- given by its source, so that a retry is the same read
    received_at timestamptz NOT NULL,       -- when this server had it; retention may start here (RET-03)
    camera_id bigint NOT NULL,
    plate text COLLATE "C" NOT NULL,        -- normal form, A-Z0-9
    plate_raw text NOT NULL,                -- as the producer wrote it
    region text,                            -- ISO 3166-2 of the plate
    confidence real,                        -- 0..1, NULL where the producer gives none
    lat double precision,
    lon double precision,
    cell integer,                           -- negative: a spot, where its camera stands; else a grid square of 1/720 degree,
                                            -- (floor((lat+90)*720) & 8191) << 18 | floor((lon+180)*720)
    passage_id uuid NOT NULL,
    revision smallint NOT NULL DEFAULT 1,
    producer text NOT NULL,
    detail jsonb NOT NULL,                  -- the rest of the message, as allowed by the profile (PUR-16)
    PRIMARY KEY (agency_id, read_at, id),
    -- what was seen after a moment was received after it, too, but for clocks that run ahead: searches count by that
    CONSTRAINT read_is_not_of_the_future CHECK (read_at - received_at <= interval '5 minutes')
) PARTITION BY RANGE (read_at);
-- EXPLAIN tells what the planner expects of a plate, of whatever it sampled, to whoever may name the view: so it samples next
-- to nothing (ADR 0004). How many distinct plates there are it learns all the same. ensure_month() says it of each month.
ALTER TABLE read ALTER plate SET STATISTICS 1, ALTER plate_raw SET STATISTICS 0;
CREATE INDEX read_plate ON read (agency_id, plate, read_at);
CREATE INDEX read_cell ON read (agency_id, cell, read_at);
CREATE INDEX read_camera ON read (agency_id, camera_id, read_at);

CREATE TABLE image (
    agency_id integer NOT NULL,
    read_at timestamptz NOT NULL,
    read_id uuid NOT NULL,
    role text NOT NULL,                     -- context, plate, vehicle
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    media_type text NOT NULL,
    size_bytes integer NOT NULL,
    key_name text COLLATE "C" NOT NULL,     -- which data key sealed it
    PRIMARY KEY (agency_id, read_at, read_id, role)
) PARTITION BY RANGE (read_at);
CREATE INDEX image_by_key ON image (agency_id, key_name);   -- a key is destroyed when nothing names it any more

-- One data key an agency and slice of time: a day, or less where the policy keeps reads for less (ADR 0015). Destroying
-- it destroys the pictures, wherever their bytes were copied to (promise 5).
CREATE TABLE image_key (
    agency_id integer NOT NULL,
    name text COLLATE "C" NOT NULL          -- 2026-03-14, 2026-03-14T10, 2026-03-14T1005; +1 where held pictures stayed on
        CHECK (name ~ '^\d{4}-\d\d-\d\d(T\d\d(\d\d)?)?(\+\d{1,9})?$'),
    ends_at timestamptz NOT NULL,           -- no picture anchored at or after this is sealed with it (RET-03)
    wrapped bytea NOT NULL,                 -- by the master key, AES-256-GCM
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (agency_id, name)
);

-- Where standing cameras have taken reads: derived from reads, and never less. A read that is filed under a spot has its
-- exact place and its camera here, for good: also when the camera was moved since, or its place in the register put right.
CREATE TABLE spot (
    agency_id integer NOT NULL,
    camera_id bigint NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    cell integer GENERATED ALWAYS AS IDENTITY (INCREMENT BY -1) UNIQUE,    -- -1, -2, ...: as its reads have it
    PRIMARY KEY (agency_id, camera_id, lat, lon)
);
CREATE INDEX spot_place ON spot (agency_id, lat, lon);

-- Returns the number of a spot. A camera whose position trembles gets no more than 40: NULL, and goes by grid cells.
CREATE FUNCTION note_spot(p_agency integer, p_camera bigint, p_lat float8, p_lon float8) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO spot (agency_id, camera_id, lat, lon) SELECT p_agency, p_camera, p_lat, p_lon
     WHERE (SELECT count(*) < 40 FROM spot s WHERE s.agency_id = p_agency AND s.camera_id = p_camera)
    ON CONFLICT (agency_id, camera_id, lat, lon) DO NOTHING;
    RETURN (SELECT s.cell FROM spot s
             WHERE s.agency_id = p_agency AND s.camera_id = p_camera AND s.lat = p_lat AND s.lon = p_lon);
END $$;

-- The distinct plates: a search index derived from reads, nothing else looks at it.
-- One expression of built-in functions, without SET: so it is inlined, and a new plate costs microseconds (a query inside
-- a function cost 40 each). A plate has at most 16 characters.
CREATE FUNCTION plate_bigrams(p_plate text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_remove(array_remove(ARRAY[
        substr('^' || p_plate || '$', 1, 2), substr('^' || p_plate || '$', 2, 2), substr('^' || p_plate || '$', 3, 2),
        substr('^' || p_plate || '$', 4, 2), substr('^' || p_plate || '$', 5, 2), substr('^' || p_plate || '$', 6, 2),
        substr('^' || p_plate || '$', 7, 2), substr('^' || p_plate || '$', 8, 2), substr('^' || p_plate || '$', 9, 2),
        substr('^' || p_plate || '$', 10, 2), substr('^' || p_plate || '$', 11, 2), substr('^' || p_plate || '$', 12, 2),
        substr('^' || p_plate || '$', 13, 2), substr('^' || p_plate || '$', 14, 2), substr('^' || p_plate || '$', 15, 2),
        substr('^' || p_plate || '$', 16, 2), substr('^' || p_plate || '$', 17, 2)
    ], '$'), '')
$$;
CREATE TABLE plate (
    agency_id integer NOT NULL,
    plate text COLLATE "C" NOT NULL,
    fold text COLLATE "C" NOT NULL,
    first_month date NOT NULL,
    last_month date NOT NULL,
    PRIMARY KEY (agency_id, plate)
) WITH (fillfactor = 85);                   -- a new month is noted in the row's own page, no index is written
CREATE INDEX plate_fold ON plate (agency_id, fold);
CREATE INDEX plate_reversed ON plate (agency_id, reverse(plate) COLLATE "C");
CREATE INDEX plate_bigram ON plate USING gin (plate_bigrams(plate));

-- Reads that could not be taken as they are: kept apart until a person decides, never dropped (formats 6.3).
CREATE TABLE quarantined_read (
    agency_id integer NOT NULL,
    id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    reason text NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (agency_id, id)
);

-- Makes the partitions of a month. Attached rather than created in place, so that running searches are not locked out.
CREATE FUNCTION ensure_month(p_month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_from date := date_trunc('month', p_month::timestamp)::date;
    v_table text;
    v_name text;
BEGIN
    IF v_from NOT BETWEEN date '2000-01-01' AND (now() + interval '2 months')::date THEN
        RAISE EXCEPTION 'a read of % cannot be right: check the camera''s clock', v_from
            USING ERRCODE = 'invalid_datetime_format';
    END IF;
    FOREACH v_table IN ARRAY ARRAY['read', 'image'] LOOP
        v_name := v_table || to_char(v_from, '_YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || v_name) IS NOT NULL;
        PERFORM pg_advisory_xact_lock(hashtext('ensure_month'));
        -- asked of the table, not of to_regclass(), which may remember that there was none before we waited
        CONTINUE WHEN EXISTS (
            SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = v_name);
        EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)', v_name, v_table);
        IF v_table = 'read' THEN
            EXECUTE format('ALTER TABLE public.%I ALTER plate SET STATISTICS 1, ALTER plate_raw SET STATISTICS 0', v_name);
        END IF;
        EXECUTE format(
            'ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', v_table, v_name,
            v_from::text || ' 00:00:00+00', (v_from + interval '1 month')::date::text || ' 00:00:00+00'
        );
    END LOOP;
END $$;

-- Which of these reads are here already: `ingest` tells a retry from a new read, without seeing any. plpgsql keeps the
-- plan; by itself the planner would read a whole month for a batch of a thousand.
CREATE FUNCTION known_reads(p_agency integer, p_read_at timestamptz[], p_ids uuid[])
RETURNS TABLE (read_at timestamptz, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY
    SELECT r.read_at, r.id
      FROM unnest(p_read_at, p_ids) AS n(read_at, id)
      JOIN read r ON r.agency_id = p_agency AND r.read_at = n.read_at AND r.id = n.id;
END $$;

-- Notes plates in the derived table; only strings not yet seen this month are written.
CREATE FUNCTION note_plates(p_agency integer, p_plates text[], p_folds text[], p_month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO plate AS known (agency_id, plate, fold, first_month, last_month)
    SELECT p_agency, n.plate, n.fold, p_month, p_month
      FROM unnest(p_plates, p_folds) AS n(plate, fold)
     WHERE NOT EXISTS (
        SELECT 1 FROM plate k
         WHERE k.agency_id = p_agency AND k.plate = n.plate AND p_month BETWEEN k.first_month AND k.last_month
        OFFSET 0)       -- each looked up by itself: joined, a table that was empty when the session began is read whole
     ORDER BY n.plate
    ON CONFLICT (agency_id, plate) DO UPDATE
       SET first_month = least(known.first_month, excluded.first_month),
           last_month = greatest(known.last_month, excluded.last_month);
END $$;

-- Whoever may use a view may call its functions by themselves too, so this one asks for the record as well.
CREATE FUNCTION is_hit(p_agency integer, p_read_at timestamptz, p_read uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM open_grants('alert') g WHERE g.data_agency_id = p_agency) THEN
        RETURN false;       -- before anything is looked up
    END IF;
    RETURN EXISTS (SELECT FROM hit h WHERE h.agency_id = p_agency AND h.read_at = p_read_at AND h.read_id = p_read);
END $$;

-- What an agency's policy in force lets nobody store of vehicles, nobody sees either of what was stored before: the read
-- stays as it is, and the views leave these out (PUR-16). Nothing is shown until a profile is in force.
ALTER TABLE agency ADD hidden_attributes text[] NOT NULL
    DEFAULT '{make,model,year,color,body,type,orientation,plate_missing}';

-- Told from the profile's own text, by which two people decided; what is not written as in every profile hides them all. So
-- does a string of several lines, of which one could look like the line that counts.
CREATE FUNCTION attributes_hidden_by(p_profile text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(
    SELECT told.attribute
      FROM (VALUES ('make', 'make'), ('make', 'model'), ('make', 'year'), ('color', 'color'), ('body', 'body'), ('body', 'type'),
                   ('unique-marks', 'orientation'), ('unique-marks', 'plate_missing')) AS told(element, attribute)
     WHERE p_profile ~ '"""|''''''' OR position('"' || told.element || '"' IN coalesce(
               substring(p_profile FROM '(?n)^elements *= *\{ *value *= *\[([^]]*)\]'), '')) = 0);

CREATE FUNCTION shown_detail(p_detail jsonb, p_hidden text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_detail->'vehicle' ?| p_hidden THEN jsonb_set(p_detail, '{vehicle}', (p_detail->'vehicle') - p_hidden)
       ELSE p_detail END;

CREATE VIEW visible_read WITH (security_barrier) AS
WITH granted AS MATERIALIZED (
    SELECT o.*, a.hidden_attributes FROM open_grants('read') o JOIN agency a ON a.id = o.data_agency_id)
SELECT r.agency_id, r.read_at, r.id, r.received_at, r.camera_id, r.plate, r.plate_raw, r.region, r.confidence, r.lat, r.lon,
       r.cell, r.passage_id, r.revision, r.producer, shown_detail(r.detail, g.hidden_attributes) AS detail
  FROM granted g JOIN read r ON r.agency_id = g.data_agency_id
 WHERE EXISTS (SELECT FROM granted) AND r.read_at >= g.visible_from AND r.received_at >= g.received_from
   AND (g.camera_ids IS NULL OR r.camera_id = ANY (g.camera_ids))
   AND (g.read_ids IS NULL OR r.id = ANY (g.read_ids))
   AND (NOT g.hits_only OR is_hit(r.agency_id, r.read_at, r.id));

CREATE VIEW visible_image WITH (security_barrier) AS
WITH granted AS MATERIALIZED (          -- the plate's picture and the whole scene are two kinds of data (GOV-09)
    SELECT 'plate' AS role, g.* FROM open_grants('image') g
    UNION ALL SELECT 'context', g.* FROM open_grants('scene') g)
SELECT i.*, k.wrapped
  FROM granted g
  JOIN image i ON i.agency_id = g.data_agency_id AND i.role = g.role
  JOIN image_key k ON k.agency_id = i.agency_id AND k.name = i.key_name
 WHERE EXISTS (SELECT FROM granted) AND i.read_at >= g.visible_from
   AND (g.received_from = '-infinity' OR EXISTS (
        SELECT 1 FROM read r
         WHERE r.agency_id = i.agency_id AND r.read_at = i.read_at AND r.id = i.read_id AND r.received_at >= g.received_from))
   AND (g.read_ids IS NULL OR i.read_id = ANY (g.read_ids))
   AND (NOT g.hits_only OR is_hit(i.agency_id, i.read_at, i.read_id))
   AND (g.camera_ids IS NULL OR EXISTS (
        SELECT 1 FROM read r
         WHERE r.agency_id = i.agency_id AND r.read_at = i.read_at AND r.id = i.read_id AND r.camera_id = ANY (g.camera_ids)));

-- Candidate plates for a pattern, as PlatePattern.regex writes it. LIKE and regular expressions are not leakproof, so
-- behind the barrier they would never use an index; here they run on the derived table, for the agencies that the record
-- grants. Each begins with `granted`, as the views do: whoever calls chooses how it is joined, and PostgreSQL's counters tell
-- what was looked at. Three characters known at the beginning or the end lead faster than all their pairs.
CREATE FUNCTION plates_matching(p_bigrams text[], p_pattern text, p_limit integer) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET jit = off SET plan_cache_mode = force_generic_plan AS $body$
DECLARE
    v_begin text := substring(p_pattern FROM '^\^([A-Z0-9]{3,})(?![A-Z0-9*+?{|])');
    v_end text := reverse(substring(p_pattern FROM '([A-Z0-9]{3,})\$$'));
BEGIN
    IF v_begin IS NOT NULL THEN
        RETURN ARRAY(
            WITH granted AS MATERIALIZED (SELECT * FROM open_grants('read'))
            SELECT p.plate FROM granted g JOIN plate p ON p.agency_id = g.data_agency_id
             WHERE EXISTS (SELECT FROM granted) AND NOT g.hits_only AND g.read_ids IS NULL AND p.plate >= v_begin AND p.plate < v_begin || '~'
               AND p.plate ~ p_pattern AND p.last_month >= date_trunc('month', g.visible_from)::date LIMIT p_limit);
    ELSIF v_end IS NOT NULL THEN
        RETURN ARRAY(
            WITH granted AS MATERIALIZED (SELECT * FROM open_grants('read'))
            SELECT p.plate FROM granted g JOIN plate p ON p.agency_id = g.data_agency_id
             WHERE EXISTS (SELECT FROM granted) AND NOT g.hits_only AND g.read_ids IS NULL
               AND reverse(p.plate) COLLATE "C" >= v_end AND reverse(p.plate) COLLATE "C" < v_end || '~'
               AND p.plate ~ p_pattern AND p.last_month >= date_trunc('month', g.visible_from)::date LIMIT p_limit);
    END IF;
    RETURN ARRAY(
        WITH granted AS MATERIALIZED (SELECT * FROM open_grants('read'))
        SELECT p.plate FROM granted g JOIN plate p ON p.agency_id = g.data_agency_id
         WHERE EXISTS (SELECT FROM granted) AND NOT g.hits_only AND g.read_ids IS NULL AND plate_bigrams(p.plate) @> p_bigrams
           AND p.plate ~ p_pattern AND p.last_month >= date_trunc('month', g.visible_from)::date LIMIT p_limit);
END $body$;
CREATE FUNCTION plates_looking_like(p_fold text, p_limit integer) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET jit = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN ARRAY(
        WITH granted AS MATERIALIZED (SELECT * FROM open_grants('read'))
        SELECT p.plate FROM granted g JOIN plate p ON p.agency_id = g.data_agency_id AND p.fold = p_fold
         WHERE EXISTS (SELECT FROM granted) AND NOT g.hits_only AND g.read_ids IS NULL AND p.last_month >= date_trunc('month', g.visible_from)::date
         LIMIT p_limit);
END $$;
