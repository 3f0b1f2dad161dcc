-- Who answers a pursuit is a supervisor of the agency, never the officer who is in it, and answers once, whatever the pages
-- believe (OPS-02). What was answered stays as it was.
CREATE FUNCTION refuse_own_answer() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF tg_op = 'UPDATE' AND OLD.answered_at IS NOT NULL
        AND (NEW.answered_at, NEW.answered_by_id, NEW.is_approved)
            IS DISTINCT FROM (OLD.answered_at, OLD.answered_by_id, OLD.is_approved)
    THEN
        RAISE EXCEPTION 'this pursuit was answered already (OPS-02)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.answered_by_id IS NOT NULL AND OLD.answered_at IS NULL AND NOT EXISTS (
        SELECT FROM person p JOIN unit_shift s ON s.id = NEW.shift_id
         WHERE p.id = NEW.answered_by_id AND p.id <> s.person_id AND p.agency_id = NEW.agency_id AND may_act(p)
           AND p.roles::text[] && ARRAY['supervisor', 'commander'])
    THEN
        RAISE EXCEPTION 'another supervisor of the agency answers for a pursuit (OPS-02)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pursuit_answered_by_another BEFORE INSERT OR UPDATE ON pursuit
    FOR EACH ROW EXECUTE FUNCTION refuse_own_answer();
