-- The roster: every change to a person, their training or an office is one function that writes the row and its ledger
-- entry together. `web` may write none of these tables: whatever runs in the web process changes people only through
-- here, in the name of somebody of the same agency whose role may, never in their own, and never without an entry.

-- What may change by which event, and by whom. `own`: may the person do it to themselves? `alone`: may the system do
-- it, naming nobody? Only what takes rights away.
CREATE FUNCTION roster_rules()
RETURNS TABLE (event text, columns text[], actors text[], own boolean, alone boolean)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$ VALUES
    ('account.described', '{full_name,email,employee_number,assignment,is_on_duty}'::text[], '{administrator}'::text[], false, false),
    ('account.appointed', '{title,roles,camera_groups}', '{administrator}', false, false),
    ('account.entitled', '{entitlements}', '{administrator}', false, false),
    ('account.suspended', '{suspended_until,suspended_because,suspension_decision}', '{administrator}', false, false),
    ('account.reinstated', '{suspended_because,suspension_decision}', '{administrator}', false, false),
    ('account.disabled', '{disabled_because}', '{administrator}', false, true),
    ('account.enabled', '{}', '{administrator}', false, false),
    ('account.separated', '{}', '{administrator}', false, true),
    ('account.released', '{}', '{administrator}', false, false),
    ('account.password-issued', '{password}', '{administrator}', false, false),
    ('authorization.given', '{authorization_document,authorization_sha256}', '{supervisor,commander}', false, false),
    ('authorization.granted', '{}', '{administrator}', false, false),
    ('authorization.revoked', '{}', '{supervisor,commander,administrator}', true, false)
$$;

CREATE FUNCTION roster_refuse(p_sentence text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = p_sentence;
END $$;

-- Who acts: working here now, in one of these roles.
CREATE FUNCTION roster_actor(p_actor_id bigint, p_roles text[]) RETURNS person
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_actor person;
BEGIN
    SELECT * INTO v_actor FROM person
     WHERE id = p_actor_id AND roles && p_roles::varchar[] AND may_act(person) AND NOT must_choose_password;
    IF NOT FOUND THEN
        PERFORM roster_refuse('Nobody with the right to do this was named (GOV-09).');
    END IF;
    RETURN v_actor;
END $$;

CREATE FUNCTION roster_slug(p_agency_id bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT slug FROM agency WHERE id = p_agency_id
$$;

-- The person a change is about: of the actor's agency, not the actor, not gone.
CREATE FUNCTION roster_subject(p_actor person, p_person_id bigint, p_own boolean) RETURNS person
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person;
BEGIN
    SELECT * INTO v_person FROM person WHERE id = p_person_id FOR UPDATE;
    IF v_person.id IS NULL OR v_person.agency_id <> p_actor.agency_id THEN
        PERFORM roster_refuse('There is no such person in this agency.');
    ELSIF v_person.id = p_actor.id AND NOT p_own THEN
        PERFORM roster_refuse('Nobody changes their own rights: ask another administrator (USR-05).');
    ELSIF v_person.separated_at IS NOT NULL THEN
        PERFORM roster_refuse('This person left: their name stays as it is (C-7).');
    END IF;
    RETURN v_person;
END $$;

-- Changes one person by one of the rules above; the database stamps who and when. Returns the entry's number.
CREATE FUNCTION change_person(p_actor_id bigint, p_person_id bigint, p_event text, p_new jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_rule record;
    v_actor person;
    v_old person;
    v_new person;
    v_now timestamptz := clock_timestamp();
    v_changed jsonb;
BEGIN
    SELECT * INTO v_rule FROM roster_rules() r WHERE r.event = p_event;
    IF NOT FOUND OR EXISTS (SELECT FROM jsonb_object_keys(p_new) AS k WHERE k <> ALL (v_rule.columns)) THEN
        PERFORM roster_refuse('There is no such change.');
    END IF;
    IF p_actor_id IS NULL AND v_rule.alone THEN
        SELECT * INTO v_actor FROM person WHERE id = p_person_id;
        v_actor.id := 0;
        v_actor.username := 'platekeeper';
    ELSE
        v_actor := roster_actor(p_actor_id, v_rule.actors);
    END IF;
    v_old := roster_subject(v_actor, p_person_id, v_rule.own);
    v_new := jsonb_populate_record(v_old, p_new);
    IF p_event IN ('account.suspended', 'account.reinstated') AND v_new.suspended_because = ''
       OR p_event = 'account.suspended' AND coalesce(v_new.suspended_until <= v_now, true)
       OR p_event = 'account.disabled' AND v_new.disabled_because = ''
       OR p_event = 'authorization.given' AND v_new.authorization_document = '' THEN
        PERFORM roster_refuse('The reason, the document or the date is missing.');
    END IF;
    CASE p_event
        WHEN 'account.reinstated' THEN
            v_new.suspended_until := NULL;
        WHEN 'account.disabled' THEN
            v_new.disabled_at := v_now;
            v_new.is_active := false;
        WHEN 'account.enabled' THEN
            v_new.enabled_at := v_now;
            v_new.disabled_at := NULL;
            v_new.disabled_because := '';
            v_new.is_active := true;
        WHEN 'account.separated' THEN  -- credentials go, the name stays (C-7)
            v_new.separated_at := v_now;
            v_new.is_active := false;
            v_new.password := '!';
            v_new.email := '';
            DELETE FROM mfa_authenticator WHERE user_id = v_old.id;
            DELETE FROM provider_binding WHERE person_id = v_old.id;
        WHEN 'account.released' THEN
            v_new.locked_at := NULL;
            v_new.released_at := v_now;
        WHEN 'account.password-issued' THEN
            v_new.must_choose_password := true;
        WHEN 'authorization.given' THEN  -- a new writing asks for a new grant
            v_new.authorized_by := v_actor.username;
            v_new.authorized_at := v_now;
            v_new.granted_by := '';
            v_new.granted_at := NULL;
        WHEN 'authorization.granted' THEN
            IF v_old.authorized_at IS NULL OR v_old.authorized_by = v_actor.username THEN
                PERFORM roster_refuse('A grant needs the written authorization of somebody else (USR-04).');
            END IF;
            v_new.granted_by := v_actor.username;
            v_new.granted_at := v_now;
        WHEN 'authorization.revoked' THEN
            v_new.authorized_by := '';
            v_new.authorized_at := NULL;
            v_new.authorization_document := '';
            v_new.authorization_sha256 := '';
            v_new.granted_by := '';
            v_new.granted_at := NULL;
        ELSE NULL;
    END CASE;
    SELECT jsonb_object_agg(n.key, jsonb_build_array(o.value, n.value)) INTO v_changed
      FROM jsonb_each(to_jsonb(v_new)) n JOIN jsonb_each(to_jsonb(v_old)) o USING (key)
     WHERE n.value <> o.value AND n.key <> 'password';
    UPDATE person SET
        full_name = v_new.full_name, email = v_new.email, employee_number = v_new.employee_number,
        assignment = v_new.assignment, is_on_duty = v_new.is_on_duty, title = v_new.title, roles = v_new.roles,
        camera_groups = v_new.camera_groups, entitlements = v_new.entitlements,
        suspended_until = v_new.suspended_until, suspended_because = v_new.suspended_because,
        suspension_decision = v_new.suspension_decision, disabled_at = v_new.disabled_at,
        disabled_because = v_new.disabled_because, enabled_at = v_new.enabled_at, is_active = v_new.is_active,
        separated_at = v_new.separated_at, password = v_new.password, locked_at = v_new.locked_at,
        released_at = v_new.released_at,
        must_choose_password = v_new.must_choose_password, authorized_by = v_new.authorized_by,
        authorized_at = v_new.authorized_at, authorization_document = v_new.authorization_document,
        authorization_sha256 = v_new.authorization_sha256, granted_by = v_new.granted_by,
        granted_at = v_new.granted_at
     WHERE id = v_old.id;
    RETURN append_entry(
        roster_slug(v_old.agency_id), p_event, v_actor.username, v_old.username, coalesce(v_changed, '{}')::text);
END $$;

-- Adds a person. What the caller does not name begins without power: empty, false, unknown.
CREATE FUNCTION add_person(p_actor_id bigint, p_new jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_allowed text[] := '{username,full_name,title,roles,assignment,email,employee_number,password}';
    v_actor person := roster_actor(p_actor_id, '{administrator}');
    v_empty jsonb;
    v_columns text;
    v_person person;
BEGIN
    IF EXISTS (SELECT FROM jsonb_object_keys(p_new) AS k WHERE k <> ALL (v_allowed)) THEN
        PERFORM roster_refuse('A person begins with name, title, roles and assignment, nothing else.');
    END IF;
    SELECT jsonb_object_agg(a.attname, CASE t.typcategory
               WHEN 'A' THEN '[]'::jsonb WHEN 'B' THEN 'false' WHEN 'N' THEN '0' ELSE '""' END) INTO v_empty
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
     WHERE a.attrelid = 'person'::regclass AND a.attnum > 0 AND a.attnotnull AND NOT a.attisdropped
       AND t.typcategory IN ('A', 'B', 'N', 'S');
    v_person := jsonb_populate_record(NULL::person, v_empty || p_new);
    v_person.agency_id := v_actor.agency_id;
    v_person.added_at := clock_timestamp();
    v_person.is_active := true;
    v_person.must_choose_password := true;
    v_person.is_on_duty := true;
    SELECT string_agg(quote_ident(attname), ', ') INTO v_columns
      FROM pg_attribute WHERE attrelid = 'person'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'id';
    EXECUTE format('INSERT INTO person (%1$s) SELECT %1$s FROM (SELECT ($1).*) AS p RETURNING id', v_columns)
       INTO v_person.id USING v_person;
    PERFORM append_entry(
        roster_slug(v_person.agency_id), 'account.added', v_actor.username, v_person.username,
        (p_new - 'password')::text);
    RETURN v_person.id;
END $$;

-- Takes a person's second factors away, so that they set up new ones at the next log-in. Of people with powers over
-- others two must agree: the first call asks, the second, by somebody else within a day, does it.
CREATE FUNCTION reset_second_factor(p_actor_id bigint, p_person_id bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_actor person := roster_actor(p_actor_id, '{administrator,custodian,commander}');
    v_person person := roster_subject(v_actor, p_person_id, false);
    v_powerful boolean := v_person.roles && '{administrator,custodian,auditor}'::varchar[];
    v_asked boolean := v_person.reset_asked_at > clock_timestamp() - interval '1 day'
        AND v_person.reset_asked_by <> v_actor.username;
BEGIN
    IF v_powerful AND v_asked IS NOT TRUE THEN
        UPDATE person SET reset_asked_by = v_actor.username, reset_asked_at = clock_timestamp() WHERE id = v_person.id;
        PERFORM append_entry(
            roster_slug(v_person.agency_id), 'second-factor.reset-asked', v_actor.username, v_person.username, '{}');
        RETURN 'asked';
    END IF;
    IF NOT v_powerful AND NOT 'administrator' = ANY (v_actor.roles) THEN
        PERFORM roster_refuse('Only an administrator resets this second factor.');
    END IF;
    DELETE FROM mfa_authenticator WHERE user_id = v_person.id;
    UPDATE person SET reset_asked_by = '', reset_asked_at = NULL WHERE id = v_person.id;
    PERFORM append_entry(
        roster_slug(v_person.agency_id), 'second-factor.reset', v_actor.username, v_person.username,
        jsonb_build_object('asked_by', v_person.reset_asked_by)::text);
    RETURN 'reset';
END $$;

-- Lets a vendor in for a time (USR-07); a vendor's account that was disabled after the last visit is enabled with it.
CREATE FUNCTION admit_vendor(
    p_actor_id bigint, p_person_id bigint, p_ticket text, p_from timestamptz, p_to timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_actor person := roster_actor(p_actor_id, '{administrator}');
    v_person person := roster_subject(v_actor, p_person_id, false);
BEGIN
    IF NOT 'vendor' = ANY (v_person.roles) OR array_length(v_person.roles, 1) > 1 THEN
        PERFORM roster_refuse('Only somebody who is a vendor and nothing else is let in for maintenance (USR-07).');
    ELSIF EXISTS (SELECT FROM maintenance_visit WHERE person_id = v_person.id AND valid_to > clock_timestamp()) THEN
        PERFORM roster_refuse('This vendor is let in already: end that visit first.');
    END IF;
    INSERT INTO maintenance_visit (person_id, ticket, admitted_by, admitted_at, valid_from, valid_to)
    VALUES (v_person.id, p_ticket, v_actor.username, clock_timestamp(), p_from, p_to);
    UPDATE person SET disabled_at = NULL, disabled_because = '', is_active = true, enabled_at = clock_timestamp()
     WHERE id = v_person.id AND disabled_at IS NOT NULL;
    RETURN append_entry(
        roster_slug(v_person.agency_id), 'visit.admitted', v_actor.username, v_person.username,
        jsonb_build_object('ticket', p_ticket, 'from', p_from, 'to', p_to)::text);
END $$;

-- Notes that a visit is over: by itself at its end, or before it by an administrator.
CREATE FUNCTION close_visit(p_actor_id bigint, p_visit_id bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_visit maintenance_visit;
    v_vendor person;
    v_actor person;
    v_name text := 'platekeeper';
BEGIN
    SELECT * INTO v_visit FROM maintenance_visit WHERE id = p_visit_id FOR UPDATE;
    SELECT * INTO v_vendor FROM person WHERE id = v_visit.person_id;
    IF p_actor_id IS NOT NULL THEN
        v_actor := roster_actor(p_actor_id, '{administrator}');
        v_name := v_actor.username;
    END IF;
    IF v_visit.closed_at IS NOT NULL OR v_vendor.id IS NULL OR v_actor.agency_id <> v_vendor.agency_id
       OR p_actor_id IS NULL AND v_visit.valid_to > clock_timestamp() THEN
        PERFORM roster_refuse('There is no such visit to close.');
    END IF;
    UPDATE maintenance_visit SET closed_at = clock_timestamp(),
           valid_to = greatest(least(valid_to, clock_timestamp()), valid_from + interval '1 microsecond')
     WHERE id = v_visit.id;
    RETURN append_entry(
        roster_slug(v_vendor.agency_id), 'visit.closed', v_name, v_vendor.username,
        jsonb_build_object('ticket', v_visit.ticket)::text);
END $$;

-- Keeps a completed course, signed by a trainer of the agency in a role of theirs; or, while nobody else here is a
-- trainer, an outside trainer's by the number of the certificate, entered by an administrator (TRN-02, TRN-06).
CREATE FUNCTION sign_training(p_actor_id bigint, p_person_id bigint, p_new jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_outside text := trim(coalesce(p_new->>'outside', ''));
    v_role text := p_new->>'signed_as';
    v_actor person := roster_actor(
        p_actor_id, CASE WHEN v_outside = '' THEN ARRAY[v_role] ELSE '{administrator}'::text[] END);
    v_person person := roster_subject(v_actor, p_person_id, false);
    v_done training_completion;
BEGIN
    IF v_role IS NULL OR v_role NOT IN ('trainer', 'administrator', 'vendor')
       OR v_role = 'vendor' AND v_outside = '' THEN
        PERFORM roster_refuse('Training is signed by a trainer, an administrator or a vendor from outside (TRN-02).');
    END IF;
    IF v_outside <> '' AND (coalesce(p_new->>'certificate', '') = '' OR v_role <> 'vendor' AND EXISTS (
        SELECT FROM person t WHERE t.agency_id = v_person.agency_id AND v_role = ANY (t.roles) AND may_act(t)
           AND t.id <> v_person.id)) THEN
        PERFORM roster_refuse('A certificate from outside has a number, and counts while nobody here may sign.');
    END IF;
    v_done := jsonb_populate_record(NULL::training_completion, p_new - '{id,person_id,completed_by}'::text[]);
    IF v_done.completed_at IS NULL OR v_done.completed_at > clock_timestamp() THEN
        PERFORM roster_refuse('A course is signed when it is finished.');
    END IF;
    INSERT INTO training_completion
        (person_id, course, completed_at, completed_by, signed_as, topics, certified_by, certificate)
    VALUES (v_person.id, v_done.course, v_done.completed_at,
            CASE WHEN v_outside = '' THEN v_actor.username ELSE left('outside: ' || v_outside, 60) END, v_role,
            coalesce(v_done.topics, '{}'), coalesce(v_done.certified_by, ''), coalesce(v_done.certificate, ''));
    RETURN append_entry(
        roster_slug(v_person.agency_id),
        CASE WHEN v_outside = '' THEN 'training.completed' ELSE 'training.attested' END,
        v_actor.username, v_person.username, p_new::text);
END $$;

-- Puts a new version of a document in force: everybody acknowledges it anew (TRN-04).
CREATE FUNCTION issue_document(p_actor_id bigint, p_title text, p_version text, p_place text, p_sha256 text)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_actor person := roster_actor(p_actor_id, '{administrator,trainer}');
BEGIN
    INSERT INTO issued_document (agency_id, title, version, place, sha256, issued_by, issued_at)
    VALUES (v_actor.agency_id, p_title, p_version, p_place, p_sha256, v_actor.username, clock_timestamp());
    UPDATE person SET acknowledged = array_remove(acknowledged, p_title::varchar)
     WHERE agency_id = v_actor.agency_id AND p_title = ANY (acknowledged);
    RETURN append_entry(
        roster_slug(v_actor.agency_id), 'document.issued', v_actor.username, p_title,
        jsonb_build_object('version', p_version, 'place', p_place, 'sha256', p_sha256)::text);
END $$;

-- A person says that they read a document in the version in force; nobody says it for another.
CREATE FUNCTION acknowledge_document(p_person_id bigint, p_title text, p_version text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_person person;
    v_in_force text;
BEGIN
    SELECT * INTO v_person FROM person WHERE id = p_person_id AND may_act(person) FOR UPDATE;
    SELECT version INTO v_in_force FROM issued_document
     WHERE agency_id = v_person.agency_id AND title = p_title ORDER BY issued_at DESC LIMIT 1;
    IF v_in_force IS NULL THEN  -- what nobody issued is in force as the policy names it, in the policy's own revision
        SELECT split_part(version, '+', 1) INTO v_in_force FROM (
            SELECT version, text FROM profile_version
             WHERE agency_id = v_person.agency_id AND in_force_from <= now() ORDER BY number DESC LIMIT 1) AS policy
         WHERE position('"' || p_title || '"' IN text) > 0;
    END IF;
    IF v_person.id IS NULL OR v_in_force IS DISTINCT FROM p_version OR p_version IS NULL THEN
        PERFORM roster_refuse('This is not the version in force: read and acknowledge that one.');
    END IF;
    INSERT INTO acknowledgement (person_id, title, version, acknowledged_at)
    VALUES (v_person.id, p_title, p_version, clock_timestamp()) ON CONFLICT DO NOTHING;
    UPDATE person SET acknowledged = array_append(array_remove(acknowledged, p_title::varchar), p_title::varchar)
     WHERE id = v_person.id;
    RETURN append_entry(
        roster_slug(v_person.agency_id), 'document.acknowledged', v_person.username, p_title,
        jsonb_build_object('version', p_version)::text);
END $$;

-- Names the holder of an office for its duties, from a day; whoever held them until then ends on that day. With
-- `delegated_by`, a member whom the holder assigns, beside others (GOV-01, GOV-02).
CREATE FUNCTION designate(p_actor_id bigint, p_duties text[], p_new jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_actor person := roster_actor(p_actor_id, '{administrator}');
    v_new designation := jsonb_populate_record(NULL::designation, p_new - '{id,agency_id,duty}'::text[]);
BEGIN
    IF coalesce(trim(v_new.holder), '') = '' OR cardinality(p_duties) = 0 THEN
        PERFORM roster_refuse('A designation names the holder and the duty.');
    END IF;
    v_new.delegated_by := coalesce(v_new.delegated_by, '');
    IF v_new.delegated_by = '' THEN
        UPDATE designation SET held_to = v_new.held_from
         WHERE agency_id = v_actor.agency_id AND duty = ANY (p_duties) AND delegated_by = ''
           AND held_from < v_new.held_from AND (held_to IS NULL OR held_to > v_new.held_from);
    END IF;
    INSERT INTO designation (agency_id, duty, title, holder, held_from, held_to, delegated_by, order_number)
    SELECT v_actor.agency_id, d, v_new.title, v_new.holder, v_new.held_from, v_new.held_to, v_new.delegated_by,
           coalesce(v_new.order_number, '')
      FROM unnest(p_duties) AS d;
    RETURN append_entry(
        roster_slug(v_actor.agency_id),
        CASE v_new.delegated_by WHEN '' THEN 'designation.made' ELSE 'designation.delegated' END,
        v_actor.username, v_new.title, (p_new || jsonb_build_object('duties', p_duties))::text);
END $$;

-- Ends a designation on a day; it stays in the history.
CREATE FUNCTION end_designation(p_actor_id bigint, p_designation_id bigint, p_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_actor person := roster_actor(p_actor_id, '{administrator}');
    v_ended designation;
BEGIN
    UPDATE designation SET held_to = p_day
     WHERE id = p_designation_id AND agency_id = v_actor.agency_id AND (held_to IS NULL OR held_to > p_day)
       AND held_from < p_day
    RETURNING * INTO v_ended;
    IF v_ended.id IS NULL THEN
        PERFORM roster_refuse('There is no such designation to end on that day.');
    END IF;
    RETURN append_entry(
        roster_slug(v_actor.agency_id), 'designation.ended', v_actor.username, v_ended.title,
        jsonb_build_object('holder', v_ended.holder, 'duty', v_ended.duty, 'to', p_day)::text);
END $$;

-- The administrator's order to deploy cameras for an effort (USR-14).
CREATE FUNCTION order_deployment(p_actor_id bigint, p_new jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_actor person := roster_actor(p_actor_id, '{administrator}');
    v_new deployment_order := jsonb_populate_record(NULL::deployment_order, p_new - '{id,agency_id}'::text[]);
BEGIN
    INSERT INTO deployment_order
        (agency_id, effort, place, camera_groups, valid_from, valid_to, ordered_by, ordered_at)
    VALUES (v_actor.agency_id, v_new.effort, v_new.place, coalesce(v_new.camera_groups, '{}'), v_new.valid_from,
            v_new.valid_to, v_actor.username, clock_timestamp());
    RETURN append_entry(
        roster_slug(v_actor.agency_id), 'deployment.ordered', v_actor.username, left(v_new.effort, 200), p_new::text);
END $$;

-- A lock after failed log-ins is set by the door and released by an administrator only (CJIS AC-7).
CREATE FUNCTION person_lock_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user = 'web' AND OLD.locked_at IS NOT NULL AND NEW.locked_at IS DISTINCT FROM OLD.locked_at THEN
        RAISE EXCEPTION 'A lock is released by an administrator (CJIS AC-7).' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER person_lock_stays BEFORE UPDATE OF locked_at ON person
    FOR EACH ROW EXECUTE FUNCTION person_lock_stays();
