-- What hosts confirmed of the copies that they keep for an agency (RET-08). A confirmation is somebody else's word, noted
-- by a person; nothing here says that we destroyed anything.

CREATE TABLE host_confirmation (
    agency_id bigint NOT NULL REFERENCES agency,
    number integer NOT NULL CHECK (number > 0),
    source text NOT NULL CHECK (source <> ''),          -- code of the source in the agency's policy
    covers_before timestamptz NOT NULL,                 -- the host destroyed what was captured before this
    confirmed_by text NOT NULL CHECK (btrim(confirmed_by) <> ''),
    reference text NOT NULL CHECK (btrim(reference) <> ''),
    noted_at timestamptz NOT NULL,
    noted_by_id bigint NOT NULL REFERENCES person,
    noted_by text NOT NULL,
    PRIMARY KEY (agency_id, number),
    CHECK (covers_before <= noted_at)                   -- nobody can have destroyed what is still to come
);
CREATE TRIGGER host_confirmation_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON host_confirmation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION note_host_confirmation(p_person bigint, p_source text, p_before timestamptz, p_by text, p_reference text)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person;
    v_number integer;
BEGIN
    SELECT * INTO v_person FROM person
     WHERE id = p_person AND may_act(person) AND roles::text[] && ARRAY['administrator', 'custodian'];
    IF v_person.id IS NULL THEN
        RAISE EXCEPTION 'administrator or custodian notes what a host confirmed (RET-08)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM agency WHERE id = v_person.agency_id FOR NO KEY UPDATE;
    SELECT coalesce(max(number), 0) + 1 INTO v_number FROM host_confirmation WHERE agency_id = v_person.agency_id;
    INSERT INTO host_confirmation VALUES (v_person.agency_id, v_number, p_source, p_before, p_by, p_reference,
                                          clock_timestamp(), v_person.id, v_person.username);
    PERFORM append_entry((SELECT slug FROM agency WHERE id = v_person.agency_id), 'host.confirmed', v_person.username,
        p_source, jsonb_build_object('covers_before', p_before, 'confirmed_by', p_by, 'reference', p_reference)::text);
    RETURN v_number;
END $$;
