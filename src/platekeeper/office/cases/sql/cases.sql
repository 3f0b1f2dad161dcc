-- What was gathered in a case stays (SRC-06); what was asked is told to its members only, from the records themselves.
CREATE TRIGGER case_item_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON case_item
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION case_searches(p_person_id bigint, p_case_id bigint)
RETURNS TABLE (access_id uuid, accessed_at timestamptz, full_name text, function text, query jsonb, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.id, r.accessed_at, r.full_name, r.function, r.query, r.reason
      FROM case_file c
      JOIN case_member m ON m.case_id = c.id AND m.person_id = p_person_id AND m.removed_at IS NULL
      JOIN case_item i ON i.case_id = c.id AND i.kind = 'SEARCH'
      JOIN access_record r ON r.agency_id = c.agency_id AND r.id = i.access_id
     WHERE c.id = p_case_id
     ORDER BY r.accessed_at DESC
$$;
