"""Rows on destroying, holding and searching old data, and on the programme, its cameras and its sessions."""

from datetime import timedelta

from platekeeper.policy import Role
from platekeeper.policy.capture import (
    CanvassFacts,
    Deployment,
    decide_canvass,
    decide_deployment,
    decide_elements,
)
from platekeeper.policy.destruction import (
    StoredRead,
    decide_change,
    decide_purge,
    decide_record_deletion,
)
from platekeeper.policy.governance import (
    ChangeOfSettings,
    Consent,
    Designation,
    Programme,
    decide_change_of_settings,
    decide_go_live,
)
from platekeeper.policy.holds import HoldFile, HoldStep, decide_hold_step
from platekeeper.policy.old_data import OldDataRequest, OldDataStep, decide_old_data_step
from platekeeper.policy.period import Period
from platekeeper.policy.session import LoginFacts, Session, decide_login, decide_session
from platekeeper.policy.transfer import decide_transfer
from platekeeper.policy.vocabulary import INDISPENSABLE, DataElement, Duty
from tests.policy.people import LAST_MONTH, NOW, YESTERDAY, changed, searcher, with_setting
from tests.policy.rows import EC, LA, RB, Row

LONG_AGO = NOW - timedelta(days=3000)
HOUR = timedelta(hours=1)


def purged(profile, **changes):
    """Decide the purge of a read that is due but for the changes."""
    given = {"read_at": LONG_AGO, "received_at": LONG_AGO, "held": False}
    return decide_purge(profile, StoredRead(**{**given, **changes}), NOW)


def _young(profile):
    if profile.retention.minimum.value is None:
        # El Cajon states none; one that is entered later counts at once
        profile = with_setting(profile, "retention.minimum", Period.parse("P30D"))
    return _a_month_old(profile)


def _a_month_old(profile):
    moment = NOW - timedelta(days=29)
    return purged(profile, read_at=moment, received_at=moment)


def _past_the_minimum_but_not_due(profile):
    # where both end together the minimum speaks first; a shorter one lets the purge speak
    shorter = with_setting(profile, "retention.minimum", None)
    return _a_month_old(shorter)


PURGE_ROWS = (
    Row("other-custodian", lambda p: purged(p, source="arjis"), purged, where=EC),
    Row("anchor-known", lambda p: purged(p, read_at=NOW + HOUR, received_at=NOW + HOUR), purged),
    Row("minimum-passed", _young, purged),
    Row("purge-due", _past_the_minimum_but_not_due, purged),
    Row("not-held", lambda p: purged(p, held=True), purged),
    Row(
        "host-confirmed",
        lambda p: purged(p, source="hosting-vendor"),
        lambda p: purged(p, source="hosting-vendor", host_confirmed=True),
        where=EC,
    ),
    Row(
        "access-record-kept",
        lambda p: decide_record_deletion(p, NOW - timedelta(days=364), NOW),
        lambda p: decide_record_deletion(p, LONG_AGO, NOW),
    ),
    Row(
        "originals-immutable",
        lambda p: decide_change(p, original=True),
        lambda p: decide_change(p, original=False),
    ),
)


def hold(profile, step, **changes):
    """Decide a step with a hold that is as it should be but for the changes."""
    given = {
        "actor": "sergeant",
        "actor_role": Role.SUPERVISOR,
        "requested_by": "jdoe",
        "case_number": profile.access.case_number_example.value,
        "reason": "trial in March",
        "contact": "extension 12",
        "approved_by": "sergeant",
        "property_number": "P-7",
        "verified_at": LAST_MONTH,
        "investigator_answered": True,
        "disposed_at": YESTERDAY,
        "disposition_authority": "Superior Court",
        "release_requested_by": "jdoe",
        "sheet_digest": "ab" * 32,
    }
    return decide_hold_step(profile, HoldFile(**{**given, **changes}), step, NOW)


def _step(step, **changes):
    return lambda p: hold(p, step, **changes)


HOLD_ROWS = (
    Row("hold-in-writing", _step(HoldStep.REQUEST, contact=""), _step(HoldStep.REQUEST)),
    Row("hold-approved-by-another", _step(HoldStep.APPROVE, actor="jdoe"), _step(HoldStep.APPROVE)),
    Row("held-data-booked", _step(HoldStep.BOOK, property_number=""), _step(HoldStep.BOOK)),
    Row("case-disposed", _step(HoldStep.RELEASE, disposition_authority=""), _step(HoldStep.RELEASE)),
    Row("release-approved-by-another", _step(HoldStep.RELEASE, actor="jdoe"), _step(HoldStep.RELEASE)),
    Row("silence-ends-nothing", _step(HoldStep.VERIFY, investigator_answered=False), _step(HoldStep.VERIFY)),
    Row("sheet-carries-digest", _step(HoldStep.PRINT, sheet_digest=""), _step(HoldStep.PRINT)),
)


def old_data(profile, step=OldDataStep.HAND_OVER, **changes):
    """Decide a step with a request for deleted reads that is as it should be but for the changes."""
    given = {
        "circumstance": "stalking",
        "data_wanted": "one plate in 2024",
        "query_digest": "ab" * 32,
        "executed_digest": "ab" * 32,
        "investigator": "jdoe",
        "commanding_officer": "captain",
        "bureau_commander": "bureau",
        "administrator": "operator",
        "handed_to": "jdoe",
    }
    return decide_old_data_step(profile, OldDataRequest(**{**given, **changes}), step)


OLD_DATA_ROWS = (
    Row("circumstance-met", lambda p: old_data(p, circumstance="curiosity"), old_data, where=LA),
    Row(
        "data-specified",
        lambda p: old_data(p, OldDataStep.SUBMIT, data_wanted=""),
        lambda p: old_data(p, OldDataStep.SUBMIT),
        where=LA,
    ),
    Row("four-people-in-turn", lambda p: old_data(p, administrator="jdoe"), old_data, where=LA),
    Row("approved-query", lambda p: old_data(p, executed_digest="cd" * 32), old_data, where=LA),
    Row("handed-to-the-investigator", lambda p: old_data(p, handed_to="captain"), old_data, where=LA),
)


def programme(profile, **changes):
    """Decide whether a programme may run; it may, but for the changes."""
    offices = {office.value for office in profile.duties.values()}
    held = [Designation(office=office, holder="A. Holder", valid_from=LAST_MONTH) for office in offices]
    administration = profile.duties[Duty.ADMINISTRATION].value
    assigned = Designation(
        office=administration, holder="A. Member", valid_from=LAST_MONTH, delegated_by="A. Holder"
    )
    given = {
        "owner": profile.slug,
        "designations": (*held, assigned),
        "procedures": frozenset({"procedures 1"}),
        "statutes_reviewed_at": LAST_MONTH,
        "protocols": frozenset({"regional protocol"}),
        "monitored_at": LAST_MONTH,
        "training_written": True,
        "equipment_registered": True,
    }
    return decide_go_live(profile, Programme(**{**given, **changes}), NOW)


def _only_holders(profile):
    offices = {office.value for office in profile.duties.values()}
    return programme(
        profile,
        designations=tuple(
            Designation(office=office, holder="A. Holder", valid_from=LAST_MONTH) for office in offices
        ),
    )


def settings(profile, *consents, retention=True):
    """Decide a change of settings with these consents."""
    return decide_change_of_settings(
        ChangeOfSettings(
            profile=profile,
            proposed_by="operator",
            consents=tuple(Consent(by=by, role=role) for by, role in consents),
            concerns_retention=retention,
        )
    )


OPERATOR, CUSTODIAN = ("operator", Role.ADMINISTRATOR), ("custodian", Role.CUSTODIAN)
PROGRAMME_ROWS = (
    Row("offices-held", lambda p: programme(p, designations=()), programme),
    Row("members-assigned", _only_holders, programme),
    Row("equipment-registered", lambda p: programme(p, equipment_registered=False), programme),
    Row("procedures-written", lambda p: programme(p, procedures=frozenset()), programme),
    Row(
        "titles-listed",
        lambda p: programme(changed(p, users=changed(p.users, titles=()))),
        programme,
        where=("milpitas", "monrovia"),
    ),
    Row("compliance-monitored", lambda p: programme(p, monitored_at=None), programme),
    Row("protocol-on-file", lambda p: programme(p, protocols=frozenset()), programme, where=EC),
    Row("agency-owns", lambda p: programme(p, owner="vendor"), programme),
    Row("statutes-reviewed", lambda p: programme(p, statutes_reviewed_at=LONG_AGO), programme),
    Row("training-written", lambda p: programme(p, training_written=False), programme),
    Row(
        "two-people-publish",
        lambda p: settings(p, OPERATOR, retention=False),
        lambda p: settings(p, OPERATOR, CUSTODIAN, retention=False),
    ),
    Row(
        "both-roles-on-retention",
        lambda p: settings(p, CUSTODIAN),
        lambda p: settings(p, OPERATOR, CUSTODIAN),
    ),
)


def deployed(profile, **changes):
    """Decide a deployment that is as it should be but for the changes."""
    return decide_deployment(
        profile, Deployment(**{"occasion": "routine-patrol", "public_view": True, **changes}), NOW
    )


def canvassed(profile, **changes):
    """Decide whether a canvass is recorded; it is, but for the changes."""
    given = {
        "incident": "26-01234",
        "area": "four blocks around the scene",
        "canvassed_from": NOW - HOUR,
        "canvassed_to": NOW,
        "unit": "2A15",
    }
    return decide_canvass(CanvassFacts(profile=profile, **{**given, **changes}))


CAPTURE_ROWS = (
    Row("public-view-or-order", lambda p: deployed(p, public_view=False), deployed),
    Row("fair-collection", lambda p: deployed(p, occasion=" "), deployed),
    Row("no-suspicion-to-run", lambda p: deployed(p, suspicion_asked=True), deployed),
    Row(
        "special-effort-ordered",
        lambda p: deployed(p, occasion="special-effort"),
        lambda p: deployed(p, occasion="special-effort", ordered_by_role=Role.ADMINISTRATOR),
    ),
    Row("canvass-recorded", lambda p: canvassed(p, unit=""), canvassed),
    Row(
        "transferred-in-time",
        lambda p: decide_transfer(p, NOW - timedelta(days=31), NOW),
        lambda p: decide_transfer(p, NOW - timedelta(days=30), NOW),
        where=RB,
    ),
    Row(
        "elements-allowed",
        lambda p: decide_elements(p, INDISPENSABLE | {DataElement.OCCUPANTS}),
        lambda p: decide_elements(p, p.data.elements.value),
    ),
    Row(
        "read-complete",
        lambda p: decide_elements(p, INDISPENSABLE - {DataElement.PLACE}),
        lambda p: decide_elements(p, INDISPENSABLE),
    ),
)


def session(profile, **changes):
    """Decide a session that is as it should be but for the changes."""
    given = {
        "authenticated_at": NOW - HOUR,
        "last_active_at": NOW - timedelta(minutes=5),
        "second_factor": True,
        "banner_accepted": True,
    }
    return decide_session(profile, Session(**{**given, **changes}), NOW)


def login(profile, **changes):
    """Decide a log-in that is as it should be but for the changes."""
    given = {"person": searcher(profile), "failures": 0, "locked": False, "now": NOW}
    return decide_login(LoginFacts(profile=profile, **{**given, **changes}))


SESSION_ROWS = (
    Row("banner-accepted", lambda p: session(p, banner_accepted=False), session),
    Row("second-factor", lambda p: session(p, second_factor=False), session),
    Row("not-idle", lambda p: session(p, last_active_at=NOW - timedelta(minutes=30)), session),
    Row("authenticated-lately", lambda p: session(p, authenticated_at=NOW - timedelta(hours=12)), session),
    Row("not-locked", lambda p: login(p, failures=5), lambda p: login(p, failures=4)),
    Row("account-admitted", lambda p: login(p, person=searcher(p, separated_at=YESTERDAY)), login),
    Row(
        "account-not-idle",
        lambda p: login(p, person=searcher(p, last_used_at=NOW - timedelta(days=91))),
        lambda p: login(p, person=searcher(p, last_used_at=NOW - timedelta(days=91), enabled_at=YESTERDAY)),
    ),
)

ROWS = (*PURGE_ROWS, *HOLD_ROWS, *OLD_DATA_ROWS, *PROGRAMME_ROWS, *CAPTURE_ROWS, *SESSION_ROWS)
