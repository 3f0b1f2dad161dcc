-- Searching (SRC, PUR): the gate looks for keys of reads only; what a read says is then selected from visible_read.
-- Each function asks open_grants() itself, as visible_read does, because whoever searches may call it by itself.

-- The conditions of a question beside its lane; every value is bound, none is spelled into the text.
CREATE FUNCTION question_conditions(p_question jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT concat_ws(' AND ',
        'r.read_at >= $2', 'r.read_at >= g.visible_from', 'r.received_at >= g.received_from', 'r.read_at < $3',
        '(g.camera_ids IS NULL OR r.camera_id = ANY (g.camera_ids))',
        CASE WHEN p_question ? 'cameras' THEN 'r.camera_id = ANY ($4)' END,
        CASE WHEN p_question ? 'pattern' THEN 'r.plate ~ ($1->>''pattern'')' END,
        CASE WHEN p_question ? 'region' THEN 'r.region = $1->>''region''' END,
        CASE WHEN p_question ? 'vehicle' THEN 'r.detail @> ($1->''vehicle'')' END,
        CASE WHEN p_question ? 'weekdays'
             THEN '($1->''weekdays'') @> to_jsonb(extract(isodow FROM r.read_at AT TIME ZONE ($1->>''zone''))::int)' END,
        CASE WHEN NOT p_question ? 'clock_from' THEN NULL
             WHEN (p_question->>'clock_from')::time < (p_question->>'clock_to')::time
             THEN '((r.read_at AT TIME ZONE ($1->>''zone''))::time >= ($1->>''clock_from'')::time'
                  ' AND (r.read_at AT TIME ZONE ($1->>''zone''))::time < ($1->>''clock_to'')::time)'
             ELSE '((r.read_at AT TIME ZONE ($1->>''zone''))::time >= ($1->>''clock_from'')::time'
                  ' OR (r.read_at AT TIME ZONE ($1->>''zone''))::time < ($1->>''clock_to'')::time)' END,
        CASE WHEN p_question ? 'box'
             THEN 'r.lat BETWEEN ($1#>>''{box,0}'')::float8 AND ($1#>>''{box,2}'')::float8'
                  ' AND r.lon BETWEEN ($1#>>''{box,1}'')::float8 AND ($1#>>''{box,3}'')::float8' END,
        CASE p_question->>'shape'   -- metres east and north of an origin
            WHEN 'circle' THEN 'point((r.lon - $5) * $7, (r.lat - $6) * $8) <-> point(0, 0) <= $9'
            WHEN 'polygon' THEN '($10)::polygon @> point((r.lon - $5) * $7, (r.lat - $6) * $8)'
            WHEN 'street' THEN 'point((r.lon - $5) * $7, (r.lat - $6) * $8) <-> ($10)::path <= $9' END)
$$;

-- Runs one question along the index that leads to it: plate, camera, cell or time itself. A lane a value, each in order
-- of time and no longer than the page, so that a year of a busy corner costs what its newest page costs.
CREATE FUNCTION search_reads(p_question jsonb, p_before timestamptz, p_before_id uuid, p_limit integer, p_ordered boolean)
RETURNS TABLE (read_at timestamptz, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
DECLARE
    v_visible timestamptz := (SELECT min(visible_from) FROM open_grants('read') WHERE NOT hits_only AND read_ids IS NULL);
    v_column text := CASE WHEN p_question ? 'plates' THEN 'plate' WHEN p_question ? 'cells' THEN 'cell'
                          WHEN p_question ? 'cameras' THEN 'camera_id' END;
    v_lanes text;
    v_conditions text := question_conditions(p_question);
    v_values jsonb := coalesce(p_question->'plates', p_question->'cells', p_question->'cameras', '[null]');
BEGIN
    IF v_visible IS NULL THEN
        RETURN;
    END IF;
    IF p_before IS NOT NULL THEN
        v_conditions := v_conditions || ' AND r.read_at <= $12 AND (r.read_at, r.id) < ($12, $13)';
    END IF;
    v_lanes := CASE v_column WHEN 'plate' THEN 'r.plate = lane.value' WHEN 'cell' THEN 'r.cell = lane.value::int'
                             WHEN 'camera_id' THEN 'r.camera_id = lane.value::int8' ELSE 'true' END;
    RETURN QUERY EXECUTE
        'SELECT found.read_at, found.id FROM open_grants(''read'') g'
        ' CROSS JOIN jsonb_array_elements_text($14) AS lane(value) CROSS JOIN LATERAL ('
        ' SELECT r.read_at, r.id FROM read r WHERE r.agency_id = g.data_agency_id AND ' || v_lanes || ' AND ' || v_conditions
        || CASE WHEN p_ordered THEN ' ORDER BY r.read_at DESC, r.id DESC LIMIT $11' ELSE ' LIMIT $11' END
        || ') AS found WHERE NOT g.hits_only AND g.read_ids IS NULL'
        || CASE WHEN p_ordered THEN ' ORDER BY 1 DESC, 2 DESC' ELSE '' END || ' LIMIT $11'
    USING p_question,
          greatest(v_visible, coalesce((p_question->>'since')::timestamptz, v_visible)),
          coalesce((p_question->>'until')::timestamptz, 'infinity'),
          ARRAY(SELECT jsonb_array_elements_text(p_question->'cameras')::int8),
          (p_question->>'origin_lon')::float8, (p_question->>'origin_lat')::float8,
          (p_question->>'east_m')::float8, (p_question->>'north_m')::float8, (p_question->>'reach_m')::float8,
          p_question->>'outline', p_limit, p_before, p_before_id, v_values;
END $$;

-- How many reads answer a question, counted no further than p_limit.
CREATE FUNCTION count_reads(p_question jsonb, p_limit integer) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*)::integer FROM search_reads(p_question, NULL, NULL, p_limit, false)
$$;
