-- Profiles: no version is ever changed, none comes into force by one person alone, none without an entry of the
-- ledger (GOV-04, GOV-07, GOV-09). `web` may read all of it and write none of it but through these functions.

ALTER TABLE profile_version ADD CONSTRAINT profile_version_digest
    CHECK (sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex'));
ALTER TABLE profile_proposal ADD CONSTRAINT profile_proposal_digest
    CHECK (sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex'));
ALTER TABLE profile_proposal ADD CONSTRAINT profile_proposal_reasoned CHECK (btrim(reason) <> '');
ALTER TABLE profile_answer ADD CONSTRAINT profile_answer_reasoned CHECK (btrim(reason) <> '');
ALTER TABLE attestation ADD CONSTRAINT attestation_stated CHECK (btrim(statement) <> '');

CREATE TRIGGER profile_version_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON profile_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER profile_proposal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON profile_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER profile_answer_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON profile_answer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attestation_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON attestation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whoever writes a version, the ledger hears of it in the same transaction, and the agency comes under it.
CREATE FUNCTION put_profile_in_force() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_slug text;
    v_last integer;
BEGIN
    -- versions of one agency come one after the other
    SELECT slug INTO v_slug FROM agency WHERE id = NEW.agency_id FOR UPDATE;
    SELECT coalesce(max(number), 0) INTO v_last FROM profile_version WHERE agency_id = NEW.agency_id AND id <> NEW.id;
    IF NEW.number <> v_last + 1 THEN
        RAISE EXCEPTION 'the next version of this profile is number %', v_last + 1 USING ERRCODE = 'check_violation';
    END IF;
    UPDATE agency SET profile_number = NEW.number, hidden_attributes = attributes_hidden_by(NEW.text) WHERE id = NEW.agency_id;
    PERFORM append_entry(v_slug, 'policy.published', NEW.approved_by, v_slug, jsonb_build_object(
        'number', NEW.number, 'version', NEW.version, 'sha256', NEW.sha256, 'reason', NEW.reason,
        'proposed_by', NEW.proposed_by, 'proposed_as', NEW.proposed_as,
        'approved_by', NEW.approved_by, 'approved_as', NEW.approved_as)::text);
    RETURN NULL;
END $$;
CREATE TRIGGER profile_version_in_force AFTER INSERT ON profile_version
    FOR EACH ROW EXECUTE FUNCTION put_profile_in_force();

-- A person who may act now in one of the roles that answer for the profile, or an error.
CREATE FUNCTION answerable_person(p_person bigint, p_role text) RETURNS person
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person;
BEGIN
    SELECT * INTO v_person FROM person WHERE id = p_person AND may_act(person) AND p_role = ANY (roles)
       AND p_role IN ('administrator', 'custodian');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the profile is answered for by an administrator or a custodian (GOV-07, GOV-09)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN v_person;
END $$;

CREATE FUNCTION propose_profile(
    p_person bigint, p_as text, p_text text, p_version text, p_reason text, p_concerns_retention boolean
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person := answerable_person(p_person, p_as);
    v_agency agency;
    v_id bigint;
BEGIN
    SELECT * INTO STRICT v_agency FROM agency WHERE id = v_person.agency_id;
    INSERT INTO profile_proposal (agency_id, based_on, text, sha256, version, reason, concerns_retention,
                                  proposed_by_id, proposed_as, proposed_at)
    VALUES (v_agency.id, v_agency.profile_number, p_text, encode(sha256(convert_to(p_text, 'UTF8')), 'hex'), p_version,
            p_reason, p_concerns_retention, v_person.id, p_as, clock_timestamp())
    RETURNING id INTO v_id;
    PERFORM append_entry(v_agency.slug, 'policy.proposed', v_person.username, v_id::text, jsonb_build_object(
        'version', p_version, 'sha256', encode(sha256(convert_to(p_text, 'UTF8')), 'hex'), 'reason', p_reason,
        'based_on', v_agency.profile_number, 'concerns_retention', p_concerns_retention, 'as', p_as)::text);
    RETURN v_id;
END $$;

-- Answers a proposal for good. To adopt takes somebody else than the proposer; where retention is concerned, an
-- administrator and a custodian between them (GOV-07).
CREATE FUNCTION answer_profile(p_proposal bigint, p_person bigint, p_as text, p_adopt boolean, p_reason text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person := answerable_person(p_person, p_as);
    v_proposal profile_proposal;
    v_proposer person;
    v_agency agency;
    v_outcome text;
BEGIN
    SELECT * INTO v_proposal FROM profile_proposal WHERE id = p_proposal AND agency_id = v_person.agency_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no such proposal in this agency' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO STRICT v_agency FROM agency WHERE id = v_proposal.agency_id FOR UPDATE;
    SELECT * INTO STRICT v_proposer FROM person WHERE id = v_proposal.proposed_by_id;
    v_outcome := CASE WHEN p_adopt THEN 'ADOPTED' WHEN v_person.id = v_proposer.id THEN 'WITHDRAWN' ELSE 'REFUSED' END;
    IF p_adopt AND v_person.id = v_proposer.id THEN
        RAISE EXCEPTION 'nobody approves a profile that they proposed (GOV-09)' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF p_adopt AND v_proposal.concerns_retention AND p_as = v_proposal.proposed_as THEN
        RAISE EXCEPTION 'retention changes when administrator and custodian agree (GOV-07)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF p_adopt AND v_proposal.based_on <> v_agency.profile_number THEN
        RAISE EXCEPTION 'another version has come into force since this was proposed'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    INSERT INTO profile_answer (proposal_id, outcome, reason, answered_by_id, answered_as, answered_at)
    VALUES (v_proposal.id, v_outcome, p_reason, v_person.id, p_as, clock_timestamp());
    IF p_adopt THEN
        INSERT INTO profile_version (agency_id, number, text, sha256, version, reason, proposed_by, proposed_as,
                                     proposed_at, approved_by, approved_as, in_force_from)
        VALUES (v_agency.id, v_agency.profile_number + 1, v_proposal.text, v_proposal.sha256, v_proposal.version,
                v_proposal.reason, v_proposer.username, v_proposal.proposed_as, v_proposal.proposed_at,
                v_person.username, p_as, clock_timestamp());
    ELSE
        PERFORM append_entry(v_agency.slug, 'policy.refused', v_person.username, v_proposal.id::text,
            jsonb_build_object('outcome', v_outcome, 'reason', p_reason, 'as', p_as, 'version', v_proposal.version)::text);
    END IF;
    RETURN v_outcome;
END $$;

CREATE FUNCTION attest(
    p_person bigint, p_as text, p_obligation text, p_statement text, p_document text, p_valid_until timestamptz
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person := answerable_person(p_person, p_as);
    v_id bigint;
BEGIN
    INSERT INTO attestation (agency_id, obligation, statement, document, attested_by_id, attested_as, attested_at, valid_until)
    VALUES (v_person.agency_id, p_obligation, p_statement, p_document, v_person.id, p_as, clock_timestamp(), p_valid_until)
    RETURNING id INTO v_id;
    PERFORM append_entry((SELECT slug FROM agency WHERE id = v_person.agency_id), 'obligation.attested',
        v_person.username, p_obligation, jsonb_build_object(
            'statement', p_statement, 'document', p_document, 'valid_until', p_valid_until, 'as', p_as)::text);
    RETURN v_id;
END $$;
