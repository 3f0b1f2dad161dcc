-- Who somebody is at an identity provider (CJIS IA-4). `web` may read the table and write none of it: it binds whoever has no
-- binding there yet, and sees whether whoever has one is the same. Nothing binds anew but a release by somebody else.

-- Binds a person to a subject, once; refuses where the person or the subject is bound otherwise. Two that come at the same
-- moment wait for one another at the constraints.
CREATE FUNCTION bind_subject(p_person_id bigint, p_issuer text, p_subject text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person;
BEGIN
    SELECT * INTO v_person FROM person WHERE id = p_person_id AND may_act(person) FOR UPDATE;
    IF v_person.id IS NULL OR coalesce(p_issuer, '') = '' OR coalesce(p_subject, '') = '' THEN
        PERFORM roster_refuse('There is nobody to bind, or nothing to bind to.');
    END IF;
    INSERT INTO provider_binding (person_id, issuer, subject, bound_at, release_asked_by, release_because)
    VALUES (v_person.id, p_issuer, p_subject, clock_timestamp(), '', '') ON CONFLICT DO NOTHING;
    IF FOUND THEN
        PERFORM append_entry(
            roster_slug(v_person.agency_id), 'identity.bound', v_person.username, v_person.username,
            jsonb_build_object('issuer', p_issuer, 'subject', p_subject)::text);
        RETURN true;
    END IF;
    IF NOT EXISTS (SELECT FROM provider_binding
                    WHERE person_id = v_person.id AND issuer = p_issuer AND subject = p_subject) THEN
        PERFORM roster_refuse('This account belongs to another identity at the provider (CJIS IA-4).');
    END IF;
    RETURN false;
END $$;

-- Releases a person's bindings, so that the next log-in of that name binds anew. Whoever then comes in is that person: of people
-- with powers over others two must agree, as for second factors (roster.sql).
CREATE FUNCTION release_binding(p_actor_id bigint, p_person_id bigint, p_because text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_actor person := roster_actor(p_actor_id, '{administrator,custodian,commander}');
    v_person person := roster_subject(v_actor, p_person_id, false);
    v_powerful boolean := v_person.roles && '{administrator,custodian,auditor}'::varchar[];
    v_bound provider_binding;
    v_asked boolean;
    v_because text;
BEGIN
    SELECT * INTO v_bound FROM provider_binding WHERE person_id = v_person.id ORDER BY release_asked_at DESC NULLS LAST LIMIT 1;
    v_asked := coalesce(v_bound.release_asked_at > clock_timestamp() - interval '1 day'
                        AND v_bound.release_asked_by <> v_actor.username, false);
    v_because := coalesce(nullif(trim(p_because), ''), CASE WHEN v_asked THEN v_bound.release_because END);
    IF NOT v_powerful AND NOT 'administrator' = ANY (v_actor.roles) THEN
        PERFORM roster_refuse('Only an administrator releases this binding.');
    ELSIF v_bound.id IS NULL THEN
        PERFORM roster_refuse('This person is bound to no identity at a provider.');
    ELSIF v_because IS NULL THEN
        PERFORM roster_refuse('A release has a reason.');
    END IF;
    IF v_powerful AND NOT v_asked THEN
        UPDATE provider_binding
           SET release_asked_by = v_actor.username, release_asked_at = clock_timestamp(), release_because = v_because
         WHERE person_id = v_person.id;
        PERFORM append_entry(
            roster_slug(v_person.agency_id), 'identity.release-asked', v_actor.username, v_person.username,
            jsonb_build_object('because', v_because)::text);
        RETURN 'asked';
    END IF;
    PERFORM append_entry(
        roster_slug(v_person.agency_id), 'identity.released', v_actor.username, v_person.username,
        jsonb_build_object('because', v_because, 'asked_by', CASE WHEN v_powerful THEN v_bound.release_asked_by ELSE '' END,
            'bound', (SELECT jsonb_object_agg(issuer, subject) FROM provider_binding WHERE person_id = v_person.id))::text);
    DELETE FROM provider_binding WHERE person_id = v_person.id;
    RETURN 'released';
END $$;
