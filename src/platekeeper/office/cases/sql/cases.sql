-- What was gathered in a case stays (SRC-06); what was asked is told to its members only, from the records themselves.
CREATE TRIGGER case_item_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON case_item
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is in a case its members read without a record of their own: so a search comes in from whoever made it, for this case,
-- and as long as own_record() tells of it.
CREATE FUNCTION refuse_foreign_search() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM case_file c
          JOIN access_record r ON r.agency_id = c.agency_id AND r.id = NEW.access_id AND r.case_number = c.number
         WHERE c.id = NEW.case_id AND r.person_id = NEW.added_by_id AND r.outcome = 'ALLOWED'
           AND r.accessed_at > now() - interval '12 hours')
    THEN
        RAISE EXCEPTION 'a case takes a search of the last hours that who adds it made for it (SRC-01)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_item_own_search BEFORE INSERT ON case_item
    FOR EACH ROW WHEN (NEW.kind = 'SEARCH') EXECUTE FUNCTION refuse_foreign_search();

CREATE FUNCTION case_searches(p_person_id bigint, p_case_id bigint)
RETURNS TABLE (access_id uuid, accessed_at timestamptz, full_name text, function text, query jsonb, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.id, r.accessed_at, r.full_name, r.function, r.query, r.reason
      FROM case_file c
      JOIN person p ON p.id = p_person_id AND may_act(p)
      JOIN case_member m ON m.case_id = c.id AND m.person_id = p.id AND m.removed_at IS NULL
      JOIN case_item i ON i.case_id = c.id AND i.kind = 'SEARCH'
      JOIN access_record r ON r.agency_id = c.agency_id AND r.id = i.access_id
     WHERE c.id = p_case_id
     ORDER BY r.accessed_at DESC
$$;
