-- Searching (SRC, PUR): the gate looks for keys of reads, and shows what they say through visible_read.
-- Each function asks open_grants() itself, as visible_read does, because whoever searches may call it by itself.
-- This file may run again on a database that has an older one.
DROP FUNCTION IF EXISTS question_conditions(jsonb);

-- Runs a question along the one index that leads to it: plate, cell, camera, or time itself. A lane a value, each in
-- order of time and no longer than the page, so that a year of a busy corner costs what its newest page costs. What was
-- not asked is NULL and bars nothing; so the statements stay the same, and each is planned once a session, not once a
-- search: over the months of a year planning costs ten times what finding does.
DO $make$
DECLARE
    v_lane record;
    v_found text := $found$
        FROM open_grants('read') g CROSS JOIN unnest(p_values) AS lane(value) CROSS JOIN LATERAL (
        SELECT r.read_at, r.id FROM read r
         WHERE r.agency_id = g.data_agency_id AND {reached}
           AND r.read_at >= p_since AND r.read_at < v_until AND r.read_at <= v_before
           AND (r.read_at, r.id) < (v_before, v_before_id)
           AND r.read_at >= g.visible_from AND r.received_at >= g.received_from
           AND (g.camera_ids IS NULL OR r.camera_id = ANY (g.camera_ids))
           AND (v_cameras IS NULL OR r.camera_id = ANY (v_cameras))
           AND (v_pattern IS NULL OR r.plate ~ v_pattern)
           AND (v_region IS NULL OR r.region = v_region)
           AND (v_vehicle IS NULL OR r.detail @> v_vehicle)
           AND (v_weekdays IS NULL OR v_weekdays @> to_jsonb(extract(isodow FROM r.read_at AT TIME ZONE v_zone)::int))
           AND (v_clock_from IS NULL OR CASE WHEN v_clock_from < v_clock_to
                THEN (r.read_at AT TIME ZONE v_zone)::time >= v_clock_from AND (r.read_at AT TIME ZONE v_zone)::time < v_clock_to
                ELSE (r.read_at AT TIME ZONE v_zone)::time >= v_clock_from OR (r.read_at AT TIME ZONE v_zone)::time < v_clock_to END)
           AND (v_shape IS NULL OR r.lat BETWEEN v_south AND v_north AND r.lon BETWEEN v_west AND v_east
                AND CASE v_shape    -- metres east and north of an origin
                    WHEN 'circle' THEN point((r.lon - v_origin_lon) * v_east_m, (r.lat - v_origin_lat) * v_north_m) <-> point(0, 0) <= v_reach_m
                    WHEN 'polygon' THEN v_outline::polygon @> point((r.lon - v_origin_lon) * v_east_m, (r.lat - v_origin_lat) * v_north_m)
                    WHEN 'street' THEN point((r.lon - v_origin_lon) * v_east_m, (r.lat - v_origin_lat) * v_north_m) <-> v_outline::path <= v_reach_m END)
         ORDER BY r.read_at DESC, r.id DESC LIMIT p_limit) AS found
         WHERE NOT g.hits_only AND g.read_ids IS NULL
    $found$;
BEGIN
    FOR v_lane IN
        SELECT * FROM (VALUES
            ('plate', 'r.plate = lane.value'), ('cell', 'r.cell = lane.value::integer'),
            ('camera', 'r.camera_id = lane.value::bigint'), ('time', 'true')) AS l(name, reached)
    LOOP
        EXECUTE format($function$
            CREATE OR REPLACE FUNCTION %I(p_question jsonb, p_values text[], p_since timestamptz, p_before timestamptz,
                                          p_before_id uuid, p_limit integer, p_ordered boolean)
            RETURNS TABLE (read_at timestamptz, id uuid)
            LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
            SET jit = off SET plan_cache_mode = force_generic_plan AS $body$
            DECLARE
                v_until timestamptz := coalesce((p_question->>'until')::timestamptz, 'infinity');
                v_before timestamptz := coalesce(p_before, 'infinity');
                v_before_id uuid := coalesce(p_before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
                v_cameras bigint[] := CASE WHEN p_question ? 'cameras'
                    THEN ARRAY(SELECT jsonb_array_elements_text(p_question->'cameras')::bigint) END;
                v_pattern text := p_question->>'pattern';
                v_region text := p_question->>'region';
                v_vehicle jsonb := p_question->'vehicle';
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
            BEGIN
                IF p_ordered THEN
                    RETURN QUERY SELECT found.read_at, found.id %s ORDER BY 1 DESC, 2 DESC LIMIT p_limit;
                ELSE
                    RETURN QUERY SELECT found.read_at, found.id %s LIMIT p_limit;
                END IF;
            END $body$
        $function$,
        'reads_by_' || v_lane.name,
        replace(v_found, '{reached}', v_lane.reached), replace(v_found, '{reached}', v_lane.reached));
    END LOOP;
END $make$;

-- The keys of the reads that answer a question, newest first where `p_ordered`.
CREATE OR REPLACE FUNCTION search_reads(p_question jsonb, p_before timestamptz, p_before_id uuid, p_limit integer, p_ordered boolean)
RETURNS TABLE (read_at timestamptz, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_since timestamptz := (SELECT min(visible_from) FROM open_grants('read') WHERE NOT hits_only AND read_ids IS NULL);
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
        RETURN QUERY SELECT * FROM reads_by_cell(p_question, v_values, v_since, p_before, p_before_id, p_limit, p_ordered);
    ELSIF p_question ? 'cameras' THEN
        RETURN QUERY SELECT * FROM reads_by_camera(p_question, v_values, v_since, p_before, p_before_id, p_limit, p_ordered);
    ELSE
        RETURN QUERY SELECT * FROM reads_by_time(p_question, v_values, v_since, p_before, p_before_id, p_limit, p_ordered);
    END IF;
END $$;

-- How many reads answer a question, counted no further than p_limit.
CREATE OR REPLACE FUNCTION count_reads(p_question jsonb, p_limit integer) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*)::integer FROM search_reads(p_question, NULL, NULL, p_limit, false)
$$;

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
