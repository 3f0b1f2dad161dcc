"""Rows on alerts, hot lists and releases."""

from datetime import timedelta

from platekeeper.policy import Approval, ApprovalKind, Role
from platekeeper.policy.alerts import (
    AlertFile,
    AlertStep,
    StatusAnswer,
    StatusConfirmation,
    VisualVerification,
    decide_alert_step,
)
from platekeeper.policy.handing_over import decide_hand_over
from platekeeper.policy.hotlists import (
    CancellationFacts,
    EntryRequest,
    ListFile,
    decide_cancellation,
    decide_hot_list_entry,
    decide_list,
)
from platekeeper.policy.patrol import UnitFile, UnitStep, decide_unit_step
from platekeeper.policy.release import ReleaseRequest
from platekeeper.policy.sharing import decide_release
from platekeeper.policy.vocabulary import (
    BarredPurpose,
    Duty,
    InterestReason,
    LegalProcess,
    RecipientClass,
    Statute,
    VisualPart,
)
from tests.policy.people import NOW, YESTERDAY, agreed, with_setting
from tests.policy.rows import EC, LA, RB, Row

PARTS = frozenset(VisualPart)
CONFIRMED = StatusConfirmation(
    channel="dispatcher", by="dispatch", answer=StatusAnswer.CONFIRMED, confirmed_at=YESTERDAY
)
SEEN = VisualVerification(by="jdoe", agreeing=PARTS, differing=frozenset(), verified_at=YESTERDAY)
DIFFERENT = VisualVerification(
    by="jdoe",
    agreeing=frozenset({VisualPart.CHARACTERS}),
    differing=frozenset({VisualPart.STATE}),
    verified_at=YESTERDAY,
)


def step(profile, step=AlertStep.STOP, **changes):
    """Decide a step with an alert for which everything was done but for the changes."""
    given = {
        "actor": "jdoe",
        "status": CONFIRMED,
        "visual": SEEN,
        "suspicion": "driver matches the wanted person",
        "list_checked": True,
    }
    return decide_alert_step(profile, AlertFile(**{**given, **changes}), step)


ALERT_ROWS = (
    Row(
        "list-age-shown",
        lambda p: step(p, AlertStep.ACKNOWLEDGE, list_age_shown=False),
        lambda p: step(p, AlertStep.ACKNOWLEDGE),
    ),
    Row("entry-not-cancelled", lambda p: step(p, cancelled=True), step),
    Row(
        "readings-shown",
        lambda p: step(p, AlertStep.VERIFY_VISUALLY, readings_shown=False),
        lambda p: step(p, AlertStep.VERIFY_VISUALLY),
    ),
    Row(
        "status-first",
        lambda p: step(p, AlertStep.VERIFY_VISUALLY, status=None),
        lambda p: step(p, AlertStep.VERIFY_VISUALLY),
        where=EC,
    ),
    Row("never-alone", lambda p: step(p, status=None, visual=None), step),
    Row(
        "entry-stands",
        lambda p: step(
            p,
            status=StatusConfirmation(
                channel="CLETS", by="jdoe", answer=StatusAnswer.WITHDRAWN, confirmed_at=YESTERDAY
            ),
        ),
        step,
    ),
    Row(
        "exigency-stated-and-told",
        lambda p: step(p, exigency="child in the car"),
        lambda p: step(p, exigency="child in the car" if p.code == "EC" else "", supervisor_told=True),
    ),
    Row("status-confirmed", lambda p: step(p, status=None), step),
    Row("parts-agree", lambda p: step(p, visual=DIFFERENT), step),
    Row("parts-compared", lambda p: step(p, visual=None), step),
    Row("suspicion-stated", lambda p: step(p, suspicion=""), step, where=EC),
    Row("list-verified-from-the-car", lambda p: step(p, list_checked=False), step, where=LA),
    Row(
        "disposition-noted",
        lambda p: step(p, AlertStep.CLOSE, stopped=True),
        lambda p: step(p, AlertStep.CLOSE, stopped=True, disposition="arrest, vehicle recovered"),
    ),
)


def unit(profile, step=UnitStep.PURSUE, **changes):
    """Decide a step of a unit for which everything was done but for the changes."""
    given = {
        "officer": "jdoe",
        "dispatch_told_at": YESTERDAY,
        "pursuit_approved_by": "sergeant",
        "handover_asked_at": YESTERDAY,
        "ticket": "The rear camera is dark since noon.",
    }
    return decide_unit_step(profile, UnitFile(**{**given, **changes}), step)


UNIT_ROWS = (
    Row(
        "dispatch-told",
        lambda p: unit(p, UnitStep.PATROL, dispatch_told_at=None),
        lambda p: unit(p, UnitStep.PATROL),
        where=RB,
    ),
    Row("pursuit-approved", lambda p: unit(p, pursuit_approved_by="jdoe"), unit, where=RB),
    Row(
        "handover-asked",
        lambda p: unit(p, UnitStep.END_PURSUIT, handover_asked_at=None),
        lambda p: unit(p, UnitStep.END_PURSUIT, handover_asked_at=None, handover_excused="no other unit on"),
        where=RB,
    ),
    Row(
        "ticket-filed",
        lambda p: unit(p, UnitStep.REPORT_TROUBLE, ticket=" "),
        lambda p: unit(p, UnitStep.REPORT_TROUBLE),
        where=LA,
    ),
)


def listed(profile, **changes):
    """Decide a list that is as it should be but for the changes."""
    given = {
        "source": "California DOJ",
        "authority": "SVS, by agreement",
        "purpose": profile.alerts.purpose.value,
        "activated_by": profile.duties[Duty.HOT_LISTS].value,
        "interests": frozenset({InterestReason.STOLEN_VEHICLE}),
        "fetched_at": NOW - timedelta(hours=23),
    }
    return decide_list(profile, ListFile(**{**given, **changes}), NOW)


def sergeants(*names, **changes):
    """Return the approvals of supervisors on duty."""
    given = {"kind": ApprovalKind.COSIGN, "role": Role.SUPERVISOR, "on_duty": True, "approved_at": YESTERDAY}
    return tuple(Approval(**{**given, "by": name, **changes}) for name in names)


def entry(profile, **changes):
    """Decide an entry that is as it should be but for the changes."""
    given = {
        "plate": "8ABC123",
        "interest": "stolen-vehicle",
        "purpose": profile.alerts.purpose.value,
        "case_agent": "J. Doe",
        "case_number": profile.access.case_number_example.value,
        "synopsis": "carjacking, armed",
        "report_attested": True,
        "requested_by": "jdoe",
        "expires_at": NOW + timedelta(days=5),
        "approvals": sergeants("sergeant"),
    }
    return decide_hot_list_entry(profile, EntryRequest(**{**given, **changes}), NOW)


def cancelled(profile, **changes):
    """Decide whether a verified error is dealt with; it is, but for the changes."""
    given = {
        "error_verified": True,
        "communications_told_at": YESTERDAY,
        "broadcast_at": YESTERDAY,
        "suppressed": True,
        "import_guarded": True,
    }
    return decide_cancellation(CancellationFacts(profile=profile, **{**given, **changes}))


LIST_ROWS = (
    Row("list-activated", lambda p: listed(p, activated_by=""), listed),
    Row("list-source-stated", lambda p: listed(p, authority=""), listed),
    Row(
        "list-without-barred-categories",
        lambda p: listed(p, interests=frozenset({InterestReason.IMMIGRATION})),
        listed,
    ),
    Row("list-fresh", lambda p: listed(p, fetched_at=NOW - timedelta(hours=24, seconds=1)), listed),
    Row("list-replaced-whole", lambda p: listed(p, replaces=False), listed),
    Row("interest-known", lambda p: entry(p, interest="interesting"), entry),
    Row("interest-of-this-agency", lambda p: entry(_without_bolo(p), interest="local-bolo"), entry),
    Row("interest-not-barred", lambda p: entry(p, interest="immigration"), entry),
    Row("entry-purpose-not-barred", lambda p: entry(p, synopsis="wanted on an immigration detainer"), entry),
    Row("entry-complete", lambda p: entry(p, case_agent=" "), entry),
    Row("entry-in-the-report", lambda p: entry(_attesting(p), report_attested=False), entry),
    Row("entry-proper", lambda p: entry(p, synopsis="muslim driver, keep an eye on"), entry),
    Row("entry-approved", lambda p: entry(p, approvals=sergeants("jdoe")), entry),
    Row(
        "partial-plate-short",
        lambda p: entry(p, plate="8AB?1*"),
        lambda p: entry(p, plate="8AB?1*", approvals=sergeants("sergeant", "lieutenant")),
    ),
    Row("entry-ends", lambda p: entry(p, expires_at=NOW + timedelta(days=91)), entry),
    Row("error-cancelled", lambda p: cancelled(p, broadcast_at=None), cancelled),
)


def _without_bolo(profile):
    interests = profile.hot_lists.interests.value - {InterestReason.LOCAL_BOLO}
    return with_setting(profile, "hot_lists.interests", interests)


def _attesting(profile):
    return with_setting(profile, "hot_lists.report_attested", value=True)


def release(profile, **changes):
    """Decide a release that is as it should be but for the changes."""
    return decide_release(profile, a_request(profile, **changes), NOW)


def a_request(profile, **changes):
    """Make a request for release that is as it should be but for the changes."""
    given = {
        "agency": "Sheriff",
        "requester": "D. Roe",
        "recipient": RecipientClass.LOCAL_POLICE,
        "purpose_code": profile.purposes.authorized[0].code,
        "purpose": "homicide, suspect vehicle last seen here",
        "written": True,
        "authority": "homicide bureau",
        "disclaims": frozenset(BarredPurpose),
        "verified_by": "called back over the switchboard",
        "considered": frozenset(profile.sharing.considered_first.value),
        "finding": "official purpose",
        "approved_by_office": profile.duties[Duty.RELEASE].value,
        "approver": "chief",
        "handled_by": "jdoe",
        "request_digest": "ab" * 32,
        "agreement": agreed(),
    }
    return ReleaseRequest(**{**given, **changes})


def ordered(profile, **changes):
    """Decide a release that a court orders and nobody agreed on."""
    given = {
        "agency": "Superior Court",
        "recipient": RecipientClass.COURT,
        "process": LegalProcess.COURT_ORDER,
        "process_number": "BA 481516",
        "process_issuer": "Superior Court, Dept. 12",
        "authority": "",
        "disclaims": frozenset(),
        "agreement": None,
    }
    return release(profile, **{**given, **changes})


RELEASE_ROWS = (
    Row("public-to-records", lambda p: release(p, recipient=RecipientClass.PUBLIC), release),
    Row("nothing-commercial", lambda p: release(p, recipient=RecipientClass.COMMERCIAL), release),
    Row("release-not-immigration", lambda p: release(p, recipient=RecipientClass.IMMIGRATION), release),
    Row(
        "release-not-reproductive-care",
        lambda p: release(p, disclaims=frozenset({BarredPurpose.IMMIGRATION})),
        release,
    ),
    Row("release-not-commerce", lambda p: release(p, purpose="list for marketing"), release),
    Row("recipient-of-a-shared-class", lambda p: release(p, recipient=RecipientClass.FEDERAL), release),
    Row("release-agreement", lambda p: release(p, agreement=agreed(valid_to=NOW)), release, where=LA),
    Row("release-no-onward", lambda p: release(p, agreement=agreed(forbids_onward=False)), release),
    Row("request-in-writing", lambda p: release(p, written=False), release),
    Row(
        "legal-process-named",
        lambda p: ordered(p, process_number=" "),
        ordered,
    ),
    Row("release-purpose-authorized", lambda p: release(p, purpose_code="curiosity"), release),
    Row("official-verified", lambda p: release(p, verified_by=""), release),
    Row(
        "right-and-need-shown",
        lambda p: release(p, authority=""),
        release,
        where=("el-cajon", "los-angeles"),
    ),
    Row(
        "values-act-considered",
        lambda p: release(p, considered=frozenset({Statute.REPRODUCTIVE_PRIVACY_ACT})),
        release,
    ),
    Row(
        "reproductive-act-considered",
        lambda p: release(p, considered=frozenset({Statute.VALUES_ACT})),
        release,
    ),
    Row("test-applied", lambda p: release(p, finding=""), release),
    Row("release-approved", lambda p: release(p, approver="jdoe"), release),
    Row("request-on-file", lambda p: release(p, request_digest=""), release),
    Row(
        "handed-over-only-by-release",
        lambda p: decide_hand_over(p, "Agent Doe, ICE", is_own=False, is_released=False),
        lambda p: decide_hand_over(p, "D. Roe, Sheriff", is_own=False, is_released=True),
    ),
)

ROWS = (*ALERT_ROWS, *UNIT_ROWS, *LIST_ROWS, *RELEASE_ROWS)
