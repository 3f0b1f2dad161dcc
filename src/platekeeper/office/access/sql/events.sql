-- What the pages' role may tell the ledger by itself, name by name. Whoever takes the pages over can still lie with these
-- names; but policies, appointments, rights, trainings, holds, releases, consents, searches of deleted data and what came of an
-- alert are told by the functions that do them, and by nothing else.
CREATE TABLE web_event (event text PRIMARY KEY CHECK (event ~ '^[a-z-]+\.[a-z-]+$'));
INSERT INTO web_event VALUES
    ('login.succeeded'), ('login.failed'), ('login.refused'), ('login.expired'), ('login.ended'),
    ('session.revoked'), ('session.overlapped'), ('account.locked'), ('function.refused'),
    ('second-factor.added'), ('second-factor.removed'), ('second-factor.renewed'),
    ('terminal.registered'), ('terminal.enrolled'), ('terminal.revoked'),
    ('alert.step-refused'), ('camera.deployed'), ('canvass.recorded'), ('intake.taken-over'),
    ('hot-list.activated'), ('hot-list.refused'), ('hot-list.replaced'), ('hot-list.source-set'),
    ('case.opened'), ('case.closed'), ('case.member-added'), ('case.member-removed'), ('case.note-added'), ('case.read-added'),
    ('case.search-added'),
    ('misuse.reviewed'), ('misuse.reviewer-named'), ('plate-relation.entered'), ('plate-relation.ended'),
    ('sensitive-place.registered'), ('sensitive-place.ended'),
    ('unit.logged-on'), ('unit.logged-off'), ('trouble-ticket.opened'), ('trouble-ticket.closed'),
    ('pursuit.began'), ('pursuit.approved'), ('pursuit.refused'), ('pursuit.handover-asked'), ('pursuit.ended');

-- An event that is no access: log-ins, alert steps, changes. Each role may tell of its own kind of events only, and
-- nobody of an access that open_access() did not open.
CREATE FUNCTION record_event(p_agency text, p_event text, p_actor text, p_subject text, p_details jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_version text;
BEGIN
    IF NOT (CASE session_user
        WHEN 'web' THEN EXISTS (SELECT FROM web_event w WHERE w.event = p_event)
        WHEN 'ingest' THEN p_event IN ('alert.raised', 'hot-list.activated', 'hot-list.refused', 'hot-list.replaced')
        WHEN 'custodian' THEN p_event = 'purge.backup-keys-destroyed'
        WHEN 'auditor' THEN p_event IN ('ledger.failed', 'ledger.recovered', 'ledger-key.announced', 'misuse.examined',
                                        'misuse.found')
        ELSE pg_has_role(session_user, 'gate', 'MEMBER') AND p_event !~ '^access\.'
    END) THEN
        RAISE EXCEPTION 'this role does not record % events', p_event USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- whatever was decided, the entry names the version of the policy under which it was (GOV-04)
    SELECT v.version INTO v_version FROM agency a
      JOIN profile_version v ON v.agency_id = a.id AND v.number = a.profile_number WHERE a.slug = p_agency;
    RETURN append_entry(p_agency, p_event, p_actor, p_subject, (
        CASE WHEN v_version IS NULL THEN p_details ELSE jsonb_build_object('policy_version', v_version) || p_details END
    )::text);
END $$;
