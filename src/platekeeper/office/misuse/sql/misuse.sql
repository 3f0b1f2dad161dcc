-- What the misuse detectors may know (PUR-05, PUR-06). Relations are looked up by digest, never listed; reviews and
-- findings are written once.
CREATE TRIGGER misuse_review_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON misuse_review
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER misuse_finding_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON misuse_finding
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE INDEX plate_relation_digest ON plate_relation (agency_id, digest) WHERE ended_at IS NULL;

-- Whose plates these are, as seen from one person: own, household, or a colleague's.
CREATE FUNCTION relations_of(p_person_id bigint, p_digests bytea[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT CASE WHEN k.person_id = p_person_id THEN lower(k.kind) ELSE 'colleague' END), '{}')
      FROM person p JOIN plate_relation k ON k.agency_id = p.agency_id
     WHERE p.id = p_person_id AND k.digest = ANY (p_digests) AND k.ended_at IS NULL
$$;

-- On how many days this person, and anybody, asked for a plate without an open case of theirs; and whether this case is one.
CREATE FUNCTION inquiry_days(p_person_id bigint, p_fold text, p_case text, p_since timestamptz, p_zone text)
RETURNS TABLE (own_days integer, all_days integer, is_open_case boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- most plates were asked for by nobody before: then no day counts, whoever's case it is
    IF NOT EXISTS (SELECT FROM person p JOIN access_record r ON r.agency_id = p.agency_id
                    WHERE p.id = p_person_id AND r.plate_fold = p_fold AND r.accessed_at >= p_since
                      AND r.accessed_at < date_trunc('day', now(), p_zone))
    THEN
        RETURN QUERY SELECT 0, 0, false;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT count(DISTINCT (r.accessed_at AT TIME ZONE p_zone)::date) FILTER (WHERE r.person_id = p_person_id)::integer,
           count(DISTINCT (r.accessed_at AT TIME ZONE p_zone)::date)::integer,
           EXISTS (SELECT 1 FROM case_file c JOIN case_member m ON m.case_id = c.id AND m.removed_at IS NULL
                    WHERE c.agency_id = p.agency_id AND c.number = p_case AND c.closed_at IS NULL AND m.person_id = p.id)
      FROM person p
      LEFT JOIN access_record r ON r.agency_id = p.agency_id AND r.plate_fold = p_fold
           AND r.accessed_at >= p_since AND r.outcome = 'ALLOWED'
           AND r.accessed_at < date_trunc('day', now(), p_zone)
           AND NOT EXISTS (
               SELECT 1 FROM case_file c JOIN case_member m ON m.case_id = c.id AND m.person_id = r.person_id
                WHERE c.agency_id = r.agency_id AND c.number = r.case_number AND c.opened_at <= r.accessed_at
                  AND (c.closed_at IS NULL OR c.closed_at > r.accessed_at) AND m.added_at <= r.accessed_at
                  AND (m.removed_at IS NULL OR m.removed_at > r.accessed_at))
     WHERE p.id = p_person_id GROUP BY p.id, p.agency_id;
END $$;

-- What the detectors examine: the inquiries of one agency. `auditor` may call it, whose every run is in the ledger.
CREATE FUNCTION inquiries_since(p_agency integer, p_since timestamptz)
RETURNS TABLE (id uuid, accessed_at timestamptz, person_id bigint, username text, function text, plate text,
               case_number text, reason text, outcome text, clause text, is_open_case boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.id, r.accessed_at, r.person_id, r.username, r.function, r.query->>'plate', r.case_number, r.reason, r.outcome,
           r.explanation, EXISTS (
               SELECT 1 FROM case_file c JOIN case_member m ON m.case_id = c.id AND m.person_id = r.person_id
                WHERE c.agency_id = r.agency_id AND c.number = r.case_number AND c.opened_at <= r.accessed_at
                  AND (c.closed_at IS NULL OR c.closed_at > r.accessed_at) AND m.added_at <= r.accessed_at
                  AND (m.removed_at IS NULL OR m.removed_at > r.accessed_at))
      FROM access_record r
     WHERE r.agency_id = p_agency AND r.accessed_at >= p_since AND r.function IN ('search', 'api', 'report', 'search-deleted')
       AND r.parent_id IS NULL
     ORDER BY r.accessed_at
$$;

-- Who may look into a finding: of one about somebody who leads the outside reviewer, of another people of its agency, as the
-- policy lets them; its subject never.
CREATE FUNCTION judges_finding(p_person_id bigint, p_finding bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM misuse_finding f JOIN person p ON p.id = p_person_id AND may_act(p) AND p.id <> f.subject_id
         WHERE f.id = p_finding AND (
               NOT f.is_outside AND f.agency_id = p.agency_id
               OR f.is_outside AND EXISTS (
                   SELECT FROM outside_reviewer o
                    WHERE o.agency_id = f.agency_id AND o.person_id = p.id AND o.ended_at IS NULL)))
$$;

-- That somebody looks into a finding is in the ledger before they do; call it in a transaction of its own.
CREATE FUNCTION open_finding(p_person_id bigint, p_finding bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT judges_finding(p_person_id, p_finding) THEN
        RAISE EXCEPTION 'this finding is judged by others (PUR-06)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM append_entry(
        (SELECT a.slug FROM misuse_finding f JOIN agency a ON a.id = f.agency_id WHERE f.id = p_finding),
        'misuse.finding-opened', (SELECT username FROM person WHERE id = p_person_id), p_finding::text, '{}');
END $$;

-- When and why each look of a finding was taken; what was looked up stays behind the gate.
CREATE FUNCTION finding_looks(p_person_id bigint, p_finding bigint)
RETURNS TABLE (id uuid, accessed_at timestamptz, function text, purpose text, case_number text, reason text, outcome text,
               explanation text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.id, r.accessed_at, r.function, r.purpose, r.case_number, r.reason, r.outcome, r.explanation
      FROM misuse_finding f JOIN access_record r ON r.agency_id = f.agency_id AND r.id = ANY (f.records)
     WHERE f.id = p_finding AND judges_finding(p_person_id, p_finding)
     ORDER BY r.accessed_at
$$;
