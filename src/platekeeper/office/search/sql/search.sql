-- Searching (SRC, PUR): the gate looks for keys of reads, and shows what they say through visible_read.
-- Each function asks open_grants() itself, as visible_read does, because whoever searches may call it by itself.
-- This file may run again on a database that has an older one.
DROP FUNCTION IF EXISTS question_conditions(jsonb);

-- Runs a question along the one index that leads to it: plate, spot or cell, camera, or time itself. A lane a value, each
-- in order of time and no longer than the page, so that a year of a busy corner costs what its newest page costs. What was
-- not asked is NULL and bars nothing; so the statements stay the same, and each is planned once a session, not once a
-- search: over the months of a year planning costs ten times what finding does.
DO $make$
DECLARE
    v_lane record;
    v_asked text := $asked$
        v_from timestamptz := p_since;
        v_until timestamptz := coalesce((p_question->>'until')::timestamptz, 'infinity');
        v_cameras bigint[] := CASE WHEN p_question ? 'cameras'
            THEN ARRAY(SELECT jsonb_array_elements_text(p_question->'cameras')::bigint) END;
        v_pattern text := p_question->>'pattern';
        v_region text := p_question->>'region';
        v_vehicle jsonb := p_question->'vehicle';       -- in lower case; cameras write as they like
        v_zone text := p_question->>'zone';
        v_weekdays jsonb := p_question->'weekdays';
        v_clock_from time := (p_question->>'clock_from')::time;
        v_clock_to time := (p_question->>'clock_to')::time;
        v_shape text := p_question->>'shape';
        v_south float8 := (p_question#>>'{box,0}')::float8;
        v_west float8 := (p_question#>>'{box,1}')::float8;
        v_north float8 := (p_question#>>'{box,2}')::float8;
        v_east float8 := (p_question#>>'{box,3}')::float8;
        v_origin_lat float8 := (p_question->>'origin_lat')::float8;
        v_origin_lon float8 := (p_question->>'origin_lon')::float8;
        v_east_m float8 := (p_question->>'east_m')::float8;
        v_north_m float8 := (p_question->>'north_m')::float8;
        v_reach_m float8 := (p_question->>'reach_m')::float8;
        v_outline text := p_question->>'outline';
    $asked$;
    v_along text := $along$
          FROM open_grants('read') g CROSS JOIN unnest(p_values) AS lane(value) CROSS JOIN LATERAL (
        SELECT r.read_at{id} FROM read r
         WHERE r.agency_id = g.data_agency_id AND {reached}
           AND r.read_at >= v_from AND r.read_at < v_until AND r.read_at >= g.visible_from
           AND (v_weekdays IS NULL OR v_weekdays @> to_jsonb(extract(isodow FROM r.read_at AT TIME ZONE v_zone)::int))
           AND (v_clock_from IS NULL OR CASE WHEN v_clock_from < v_clock_to
                THEN (r.read_at AT TIME ZONE v_zone)::time >= v_clock_from AND (r.read_at AT TIME ZONE v_zone)::time < v_clock_to
                ELSE (r.read_at AT TIME ZONE v_zone)::time >= v_clock_from OR (r.read_at AT TIME ZONE v_zone)::time < v_clock_to END)
           {besides} LIMIT p_limit) AS found
         WHERE NOT g.hits_only AND g.read_ids IS NULL
    $along$;
    v_inside text := $inside$               -- metres east and north of an origin
               (v_shape IS NULL OR r.lat BETWEEN v_south AND v_north AND r.lon BETWEEN v_west AND v_east AND CASE v_shape
                    WHEN 'circle' THEN point((r.lon - v_origin_lon) * v_east_m, (r.lat - v_origin_lat) * v_north_m) <-> point(0, 0) <= v_reach_m
                    WHEN 'polygon' THEN v_outline::polygon @> point((r.lon - v_origin_lon) * v_east_m, (r.lat - v_origin_lat) * v_north_m)
                    WHEN 'street' THEN point((r.lon - v_origin_lon) * v_east_m, (r.lat - v_origin_lat) * v_north_m) <-> v_outline::path <= v_reach_m END)
           AND (g.camera_ids IS NULL OR r.camera_id = ANY (g.camera_ids))
           AND (v_cameras IS NULL OR r.camera_id = ANY (v_cameras))
    $inside$;
    v_besides text := $besides$
           AND r.received_at >= g.received_from
           AND (v_pattern IS NULL OR r.plate ~ v_pattern)
           AND (v_region IS NULL OR r.region = v_region)
           AND (v_vehicle IS NULL OR lower(shown_detail(r.detail,      -- what nobody is shown is not found either (PUR-16)
                    (SELECT a.hidden_attributes FROM agency a WHERE a.id = r.agency_id))->>'vehicle')::jsonb @> v_vehicle)
           AND $besides$ || v_inside;
    -- what was seen some minutes after a moment was received after it (a constraint of the table's), and needs no look
    v_received text := $received$
           AND r.read_at >= g.received_from + interval '5 minutes'
    $received$;
    v_doubtful text := $doubtful$
           AND r.read_at < CASE WHEN p_bare THEN g.received_from + interval '5 minutes' ELSE 'infinity' END
    $doubtful$;
    v_newest text := $newest$
           AND r.read_at <= v_before AND (r.read_at, r.id) < (v_before, v_before_id)
         ORDER BY r.read_at DESC, r.id DESC
    $newest$;
BEGIN
    FOR v_lane IN
        SELECT * FROM (VALUES               -- and how far the first look goes back where there are many lanes
            ('plate', 'r.plate = lane.value', '10 days'),
            ('cell', 'r.cell = lane.value::integer', '4 hours'),
            ('camera', 'r.camera_id = lane.value::bigint', '4 hours'),
            ('time', 'true', '4 hours')) AS l(name, reached, look)
    LOOP
        EXECUTE format($function$
            CREATE OR REPLACE FUNCTION %I(p_question jsonb, p_values text[], p_since timestamptz, p_before timestamptz,
                                          p_before_id uuid, p_limit integer, p_ordered boolean)
            RETURNS TABLE (read_at timestamptz, id uuid)
            LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
            SET jit = off SET plan_cache_mode = force_generic_plan AS $body$
            DECLARE
                %s
                v_before timestamptz := coalesce(p_before, 'infinity');
                v_before_id uuid := coalesce(p_before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
                v_look interval := %L;
                v_rows integer;
                v_wanted integer := p_limit;
            BEGIN
                IF NOT p_ordered THEN
                    RETURN QUERY SELECT found.read_at, found.id %s LIMIT p_limit;
                    RETURN;
                END IF;
                IF cardinality(p_values) > 4 THEN
                    v_from := greatest(p_since, least(v_until, v_before, now() + interval '1 hour') - v_look);
                END IF;
                LOOP
                    RETURN QUERY SELECT found.read_at, found.id %s ORDER BY 1 DESC, 2 DESC LIMIT v_wanted;
                    GET DIAGNOSTICS v_rows = ROW_COUNT;
                    v_wanted := v_wanted - v_rows;
                    EXIT WHEN v_wanted <= 0 OR v_from <= p_since;
                    v_look := v_look * 8;
                    v_until := v_from;
                    v_from := CASE WHEN v_look < interval '1 year' THEN greatest(p_since, v_from - v_look) ELSE p_since END;
                END LOOP;
            END $body$
        $function$,
        'reads_by_' || v_lane.name, v_asked, v_lane.look,
        replace(replace(replace(v_along, '{id}', ', r.id'), '{reached}', v_lane.reached), '{besides}', v_besides),
        replace(replace(replace(v_along, '{id}', ', r.id'), '{reached}', v_lane.reached), '{besides}', v_besides || v_newest));

        EXECUTE format($function$
            CREATE OR REPLACE FUNCTION %I(p_question jsonb, p_values text[], p_since timestamptz, p_bare boolean, p_limit integer)
            RETURNS integer
            LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
            SET jit = off SET plan_cache_mode = force_generic_plan AS $body$
            DECLARE
                %s
                v_total integer := 0;
            BEGIN
                IF p_bare THEN
                    v_total := (SELECT count(*) FROM (SELECT %s LIMIT p_limit) AS s);
                END IF;
                IF v_total < p_limit THEN
                    v_total := v_total + (SELECT count(*) FROM (SELECT %s LIMIT p_limit - v_total) AS s);
                END IF;
                RETURN v_total;
            END $body$
        $function$,
        'count_by_' || v_lane.name, v_asked,
        replace(replace(replace(v_along, '{id}', ''), '{reached}', v_lane.reached), '{besides}', v_received),
        replace(replace(replace(v_along, '{id}', ''), '{reached}', v_lane.reached), '{besides}', v_besides || v_doubtful));
    END LOOP;

    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION spots_inside(p_question jsonb, p_since timestamptz) RETURNS text[]
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        SET jit = off SET plan_cache_mode = force_generic_plan AS $body$
        DECLARE
            %s
        BEGIN
            RETURN ARRAY(
                SELECT r.cell::text FROM open_grants('read') g JOIN spot r ON r.agency_id = g.data_agency_id
                 WHERE NOT g.hits_only AND g.read_ids IS NULL AND %s);
        END $body$
    $function$, v_asked, v_inside);
END $make$;

-- The keys of the reads that answer a question, newest first where `p_ordered`.
CREATE OR REPLACE FUNCTION search_reads(p_question jsonb, p_before timestamptz, p_before_id uuid, p_limit integer, p_ordered boolean)
RETURNS TABLE (read_at timestamptz, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_since timestamptz := (SELECT min(g.visible_from) FROM open_grants('read') g WHERE NOT g.hits_only AND g.read_ids IS NULL);
    v_values text[] := ARRAY(SELECT jsonb_array_elements_text(
        coalesce(p_question->'plates', p_question->'cells', p_question->'cameras', '[""]')));
BEGIN
    IF v_since IS NULL THEN
        RETURN;
    END IF;
    v_since := greatest(v_since, (p_question->>'since')::timestamptz);
    IF p_question ? 'plates' THEN
        RETURN QUERY SELECT * FROM reads_by_plate(p_question, v_values, v_since, p_before, p_before_id, p_limit, p_ordered);
    ELSIF p_question ? 'cells' THEN
        v_values := spots_inside(p_question, v_since) || v_values;
        RETURN QUERY SELECT * FROM reads_by_cell(p_question, v_values, v_since, p_before, p_before_id, p_limit, p_ordered);
    ELSIF p_question ? 'cameras' THEN
        RETURN QUERY SELECT * FROM reads_by_camera(p_question, v_values, v_since, p_before, p_before_id, p_limit, p_ordered);
    ELSE
        RETURN QUERY SELECT * FROM reads_by_time(p_question, v_values, v_since, p_before, p_before_id, p_limit, p_ordered);
    END IF;
END $$;

-- How many reads answer a question, counted no further than p_limit. Where the index of a lane tells all that was asked
-- and granted, its reads are counted without being looked at: at a spot, in the place and by its camera they all are.
CREATE OR REPLACE FUNCTION count_reads(p_question jsonb, p_limit integer) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_values text[] := ARRAY(SELECT jsonb_array_elements_text(
        coalesce(p_question->'plates', p_question->'cells', p_question->'cameras', '[""]')));
    v_since timestamptz;
    v_some_cameras boolean;
    v_bare boolean;
    v_anywhere boolean;
    v_total integer;
BEGIN
    SELECT min(g.visible_from), bool_or(g.camera_ids IS NOT NULL) INTO v_since, v_some_cameras
      FROM open_grants('read') g WHERE NOT g.hits_only AND g.read_ids IS NULL;
    IF v_since IS NULL THEN
        RETURN 0;
    END IF;
    v_since := greatest(v_since, (p_question->>'since')::timestamptz);
    v_bare := NOT p_question ?| '{pattern,region,vehicle}';
    v_anywhere := NOT v_some_cameras AND NOT p_question ? 'shape';
    IF p_question ? 'plates' THEN
        RETURN count_by_plate(p_question, v_values, v_since, v_bare AND v_anywhere AND NOT p_question ? 'cameras', p_limit);
    ELSIF p_question ? 'cells' THEN
        v_total := count_by_cell(p_question, spots_inside(p_question, v_since), v_since, v_bare, p_limit);
        RETURN v_total + count_by_cell(p_question, v_values, v_since, false, p_limit - v_total);
    ELSIF p_question ? 'cameras' THEN
        RETURN count_by_camera(p_question, v_values, v_since, v_bare AND v_anywhere, p_limit);
    END IF;
    RETURN count_by_time(p_question, v_values, v_since, v_bare AND v_anywhere, p_limit);
END $$;

-- One page of an answer in one round trip: a read more than the page where there are more, and how many there are,
-- counted up to p_most.
CREATE OR REPLACE FUNCTION search_page(p_question jsonb, p_before timestamptz, p_before_id uuid, p_page integer, p_most integer)
RETURNS TABLE (total integer, found visible_read)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_times timestamptz[];
    v_ids uuid[];
    v_total integer;
BEGIN
    SELECT array_agg(s.read_at), array_agg(s.id) INTO v_times, v_ids
      FROM search_reads(p_question, p_before, p_before_id, p_page + 1, true) s;
    -- a first page that holds everything has counted it
    v_total := CASE WHEN p_before IS NULL AND coalesce(cardinality(v_ids), 0) <= p_page
                    THEN coalesce(cardinality(v_ids), 0) ELSE count_reads(p_question, p_most) END;
    IF v_ids IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT v_total, s.whole FROM (      -- by their times alone: two lists would be tried in every combination
        SELECT r AS whole, r.read_at, r.id FROM visible_read r
         WHERE r.read_at = ANY (v_times) AND r.read_at >= v_times[cardinality(v_times)] AND r.read_at <= v_times[1]
        OFFSET 0) AS s
     WHERE s.id = ANY (v_ids)
     ORDER BY s.read_at DESC, s.id DESC;
END $$;
