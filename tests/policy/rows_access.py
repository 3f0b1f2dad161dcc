"""Rows on people and their inquiries."""

from dataclasses import replace
from datetime import timedelta

from platekeeper.policy import (
    ApprovalKind,
    Beneficiary,
    DataKind,
    Function,
    ParentRecord,
    Role,
)
from platekeeper.policy.vocabulary import DataSource, MisuseFlag, RecipientClass
from tests.policy.people import (
    NOW,
    YESTERDAY,
    admitted,
    agreed,
    allowed_to,
    asked,
    changed,
    completions,
    consent,
    inquiry,
    neighbour,
    searcher,
    someone,
    with_setting,
)
from tests.policy.rows import LA, MO, Row

HOUR = timedelta(hours=1)


def by(profile, function=Function.SEARCH, **changes):
    return allowed_to(profile, searcher(profile, **changes), function)


def _role(profile, role, function, **changes):
    return allowed_to(profile, someone(profile, role, **changes), function)


def _authorized(profile, **changes):
    given = searcher(profile).authorization
    return by(profile, authorization=changed(given, **changes))


def _vendor(profile, visit, function=Function.MAINTAIN_SYSTEM):
    return _role(profile, Role.VENDOR, function, visit=visit)


def _hit_only(profile, function):
    # the other agencies have no such role: whoever has one more is bound by that one
    narrowed = changed(profile, roles={**profile.roles, Role.HIT_ONLY_OFFICER: profile.roles[Role.DETECTIVE]})
    return _role(narrowed, Role.HIT_ONLY_OFFICER, function, title="")


ACCOUNT_ROWS = (
    Row("individual-account", lambda p: by(p, individual=False), by),
    Row("employed", lambda p: by(p, separated_at=YESTERDAY), lambda p: by(p, separated_at=NOW + HOUR)),
    Row("active-account", lambda p: by(p, disabled_at=YESTERDAY), lambda p: by(p, disabled_at=NOW + HOUR)),
    Row("not-suspended", lambda p: by(p, suspended_until=NOW + HOUR), lambda p: by(p, suspended_until=NOW)),
    Row(
        "used-within-the-year",
        # an account of a year ago was disabled long since: that it was enabled anew orients nobody
        lambda p: by(p, last_used_at=NOW - timedelta(days=366), enabled_at=YESTERDAY),
        lambda p: by(
            p,
            last_used_at=NOW - timedelta(days=366),
            trainings=(
                *searcher(p).trainings,
                changed(searcher(p).trainings[0], course="alpr-reorientation", completed_at=YESTERDAY),
            ),
        ),
        where=LA,
    ),
    Row(
        "used-lately",
        lambda p: by(p, last_used_at=NOW - timedelta(days=91)),
        lambda p: by(p, last_used_at=NOW - timedelta(days=91), enabled_at=YESTERDAY),
    ),
)

ROLE_ROWS = (
    Row(
        "vendor-maintains-only",
        lambda p: _vendor(p, admitted(), Function.SEARCH),
        lambda p: _vendor(p, admitted()),
    ),
    Row("listed-personnel", lambda p: by(p, roles=frozenset()), by),
    Row(
        "listed-title",
        lambda p: by(p, title="Janitor" if p.users.titles_closed.value else ""),
        by,
        where=("el-cajon", "milpitas", "monrovia"),
    ),
    Row(
        "roles-apart",
        lambda p: by(
            with_setting(p, "users.titles_closed", False),
            roles=frozenset({Role.AUDITOR, Role.DETECTIVE}),
        ),
        lambda p: _role(p, Role.AUDITOR, Function.AUDIT),
    ),
    Row(
        "hits-only",
        lambda p: _role(p, Role.HIT_ONLY_OFFICER, Function.REQUEST_HOTLIST_ENTRY),
        lambda p: _role(p, Role.HIT_ONLY_OFFICER, Function.RECEIVE_ALERTS),
        where=LA,
    ),
    Row(
        "operations-without-search",
        lambda p: _role(p, Role.IT, Function.SEARCH),
        lambda p: _role(p, Role.IT, Function.MAINTAIN_SYSTEM),
    ),
    Row(
        "technicians-only",
        lambda p: by(p, Function.ADMINISTER_USERS),
        lambda p: _role(p, Role.ADMINISTRATOR, Function.ADMINISTER_USERS),
    ),
    Row(
        "function-granted",
        lambda p: by(p, Function.PURGE),
        lambda p: _role(p, Role.CUSTODIAN, Function.PURGE),
    ),
    Row(
        "inquiries-limited",
        lambda p: _role(p, Role.DETECTIVE, Function.SEARCH),
        lambda p: _role(p, Role.DISPATCHER, Function.SEARCH),
        where=MO,
    ),
    Row(
        "two-step-authorization",
        lambda p: _authorized(p, granted_by="", granted_at=None),
        by,
        where=LA,
    ),
    Row(
        "source-entitlement",
        lambda p: asked(p, sources=frozenset({DataSource.NCIC_RESTRICTED})),
        lambda p: asked(
            p,
            sources=frozenset({DataSource.NCIC_RESTRICTED, DataSource.DEPARTMENT}),
            person=searcher(p, entitlements=frozenset({DataSource.NCIC_RESTRICTED})),
        ),
    ),
)


def _trained(profile, **changes):
    role = next(iter(searcher(profile).roles))
    return by(profile, trainings=completions(profile, role, **changes))


def _administrator(profile, **changes):
    trainings = completions(profile, Role.ADMINISTRATOR)
    if changes:
        trainings = tuple(
            changed(done, **changes) if done.course == "alpr-administrator" else done for done in trainings
        )
    return _role(profile, Role.ADMINISTRATOR, Function.ADMINISTER_USERS, trainings=trainings)


TRAINING_ROWS = (
    Row("trained-before-access", lambda p: by(p, trainings=()), by),
    Row(
        "certified-course",
        lambda p: _trained(p, certified_by="nobody"),
        by,
        where=LA,
    ),
    Row(
        "administrator-trained",
        lambda p: _administrator(p, signed_as=Role.TRAINER),
        _administrator,
        where=LA,
    ),
    Row(
        "on-the-job-training",
        lambda p: _role(
            p, Role.HIT_ONLY_OFFICER, Function.RECEIVE_ALERTS, trainings=completions(p, Role.RECORDS)
        ),
        lambda p: _role(p, Role.HIT_ONLY_OFFICER, Function.RECEIVE_ALERTS),
        where=LA,
    ),
    Row("signed-by-a-trainer", lambda p: _trained(p, signed_as=Role.DETECTIVE), by),
    Row(
        "training-current",
        lambda p: _trained(p, completed_at=NOW - timedelta(days=366)),
        lambda p: _trained(p, completed_at=NOW - timedelta(days=365) + HOUR),
    ),
    Row("training-content", lambda p: by(p, acknowledged=frozenset()), by),
)


def _outside(profile, person=None, **changes):
    agreement = agreed(**changes)
    return asked(profile, person=person or neighbour(profile), agreement=agreement)


OUTSIDER_ROWS = (
    Row("agreement-in-force", lambda p: _outside(p, valid_to=NOW), _outside),
    Row(
        "recipient-allowed",
        lambda p: _outside(p, recipient=RecipientClass.OUT_OF_STATE_POLICE),
        _outside,
    ),
    Row("no-onward-sharing", lambda p: _outside(p, forbids_onward=False), _outside),
    Row("function-agreed", lambda p: _outside(p, functions=frozenset()), _outside),
)


def _parent(profile, **changes):
    given = ParentRecord(
        accessed_at=NOW - HOUR,
        username="jdoe",
        purpose=inquiry(profile).purpose,
        case_number=inquiry(profile).case_number,
        reason=inquiry(profile).reason,
    )
    return asked(
        profile,
        function=Function.VIEW_READ,
        purpose="",
        case_number="",
        reason="",
        parent=changed(given, **changes),
    )


def _flagged(profile, flag, kind, approved):
    return asked(profile, flags=frozenset({flag}), approvals=consent(kind) if approved else ())


def _colleague(profile, **changes):
    member = someone(profile, Role.SUPERVISOR, username="mroe", **changes)
    return Beneficiary(name="M. Roe (mroe)", organization=profile.name, member=member)


def _export(profile, behalf):
    return asked(
        profile, function=Function.EXPORT, person=someone(profile, Role.DETECTIVE), on_behalf_of=behalf
    )


def _deleted(profile, **changes):
    person = someone(profile, Role.ADMINISTRATOR)
    return asked(profile, function=Function.SEARCH_DELETED, person=person, **changes)


def _records(profile, **changes):
    person = someone(profile, Role.AUDITOR)
    return asked(profile, function=Function.BROWSE_ACCESS_RECORDS, person=person, **changes)


OWN = Beneficiary(name="J. Doe", organization="Robbery detail, for the case file")
SHERIFF = Beneficiary(name="D. Roe", organization="Sheriff", is_own=False)
INQUIRY_ROWS = (
    Row("recorded-or-not-shown", lambda p: asked(p, recorded=False), asked),
    Row("recorded-or-not-done", lambda p: _records(p, recorded=False), _records),
    Row("documented-in-rms", lambda p: asked(p, rms_queued=False), asked, where=MO),
    Row("own-fresh-parent", lambda p: _parent(p, username="another"), _parent),
    Row("purpose-stated", lambda p: asked(p, purpose=""), asked),
    Row("purpose-authorized", lambda p: asked(p, purpose="curiosity"), asked),
    Row(
        "no-immigration-enforcement",
        lambda p: asked(p, reason="located for ICE, hold request"),
        lambda p: asked(p, reason="ice cream parlor robbery, black pickup"),
    ),
    Row(
        "no-reproductive-care",
        lambda p: asked(p, reason="had an abortion, search for the woman"),
        lambda p: asked(p, reason="assault outside a clinic on 4th street"),
    ),
    Row(
        "no-commerce",
        lambda p: asked(p, reason="vehicle to be repossessed by the lender"),
        lambda p: asked(p, reason="vehicle taken by force from the lender"),
    ),
    Row("case-stated", lambda p: asked(p, case_number=""), asked),
    Row("reason-stated", lambda p: asked(p, reason=" "), asked),
    Row("case-of-this-agency", lambda p: asked(p, case_number="n/a"), asked),
    Row("reason-says-something", lambda p: asked(p, reason="for investigation"), asked),
    Row(
        "no-protected-trait",
        lambda p: asked(p, reason="cars parked at the mosque on Friday"),
        lambda p: asked(p, reason="arson at the mosque on Friday", approvals=consent(ApprovalKind.WORDING)),
    ),
    Row(
        "not-personal",
        lambda p: _flagged(p, MisuseFlag.HOUSEHOLD_PLATE, ApprovalKind.PLATE_RELATION, approved=False),
        lambda p: _flagged(p, MisuseFlag.HOUSEHOLD_PLATE, ApprovalKind.PLATE_RELATION, approved=True),
    ),
    Row(
        "no-harassment",
        lambda p: _flagged(p, MisuseFlag.REPEAT_TARGET, ApprovalKind.REPEAT_TARGET, approved=False),
        lambda p: _flagged(p, MisuseFlag.REPEAT_TARGET, ApprovalKind.REPEAT_TARGET, approved=True),
    ),
    Row(
        "no-lawful-event",
        lambda p: asked(p, sensitive_place=True),
        lambda p: asked(p, sensitive_place=True, approvals=consent(ApprovalKind.SENSITIVE_PLACE)),
    ),
    Row("right-to-know", lambda p: asked(p, person=searcher(p, assignment=" ")), asked, where=LA),
    Row(
        "beneficiary-named",
        lambda p: asked(p, on_behalf_of=Beneficiary(name="", organization="Sheriff")),
        lambda p: asked(p, on_behalf_of=Beneficiary(name="D. Roe", organization="Sheriff")),
    ),
    Row(
        "beneficiary-not-barred",
        lambda p: asked(
            p,
            on_behalf_of=Beneficiary(name="D. Roe", organization="CBP", recipient=RecipientClass.IMMIGRATION),
        ),
        lambda p: asked(p, on_behalf_of=Beneficiary(name="D. Roe", organization="Sheriff")),
    ),
    Row(
        "released-to-others-only-by-request",
        lambda p: _export(p, SHERIFF),
        lambda p: _export(p, replace(SHERIFF, is_released=True)),
    ),
    Row(
        "beneficiary-entitled",
        lambda p: asked(p, on_behalf_of=_colleague(p, suspended_until=NOW + timedelta(days=9))),
        lambda p: asked(p, on_behalf_of=_colleague(p)),
    ),
    Row("recipient-recorded", lambda p: _export(p, None), lambda p: _export(p, OWN)),
    Row(
        "kinds-granted",
        lambda p: asked(p, kinds=frozenset({DataKind.ACCESS_RECORD})),
        lambda p: asked(p, kinds=frozenset({DataKind.READ})),
    ),
    Row(
        "not-logically-deleted",
        lambda p: asked(p, asked_to=NOW - timedelta(days=800)),
        lambda p: asked(p, asked_to=NOW - timedelta(days=700)),
        where=LA,
    ),
    Row("approved-query-only", _deleted, lambda p: _deleted(p, approved_query=True), where=LA),
)

ROWS = (*ACCOUNT_ROWS, *ROLE_ROWS, *TRAINING_ROWS, *OUTSIDER_ROWS, *INQUIRY_ROWS)
