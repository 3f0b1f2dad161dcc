"""The words that a policy is written in: who does what with which data.

They are the same for every agency; what differs from agency to agency stands in the profiles. The values of
these enums are written into profiles, access records and the ledger, so a value never changes its meaning.
"""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is in an agency; one person may be several things."""

    PATROL_OFFICER = "patrol-officer"
    HIT_ONLY_OFFICER = "hit-only-officer"
    DISPATCHER = "dispatcher"
    DETECTIVE = "detective"
    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    COMMANDER = "commander"
    ADMINISTRATOR = "administrator"
    CUSTODIAN = "custodian"
    RECORDS = "records"
    AUDITOR = "auditor"
    TRAINER = "trainer"
    IT = "it"
    VENDOR = "vendor"


class Function(StrEnum):
    """What somebody wants to do. GOV-09's third axis."""

    SEARCH = "search"
    VIEW_READ = "view-read"
    VIEW_IMAGE = "view-image"
    RECEIVE_ALERTS = "receive-alerts"
    VERIFY_ALERT = "verify-alert"
    RECORD_DISPOSITION = "record-disposition"
    EXPORT = "export"
    PRINT = "print"
    API = "api"
    REPORT = "report"
    LABEL_READ = "label-read"
    REQUEST_HOTLIST_ENTRY = "request-hotlist-entry"
    APPROVE_HOTLIST_ENTRY = "approve-hotlist-entry"
    MANAGE_HOTLISTS = "manage-hotlists"
    REQUEST_HOLD = "request-hold"
    APPROVE_HOLD = "approve-hold"
    SEARCH_DELETED = "search-deleted"
    REQUEST_RELEASE = "request-release"
    APPROVE_RELEASE = "approve-release"
    APPROVE_ACCESS = "approve-access"
    BROWSE_ACCESS_RECORDS = "browse-access-records"
    AUDIT = "audit"
    ADMINISTER_USERS = "administer-users"
    SIGN_TRAINING = "sign-training"
    MANAGE_DEVICES = "manage-devices"
    MAINTAIN_SYSTEM = "maintain-system"
    APPROVE_RETENTION = "approve-retention"
    PURGE = "purge"
    PUBLISH = "publish"

    @property
    def in_words(self) -> str:
        """What somebody does, as it follows on "may": "look at access records"."""
        return _IN_WORDS[self]


_IN_WORDS = {
    Function.SEARCH: "search reads",
    Function.VIEW_READ: "open a read",
    Function.VIEW_IMAGE: "open a picture",
    Function.RECEIVE_ALERTS: "receive alerts",
    Function.VERIFY_ALERT: "check an alert",
    Function.RECORD_DISPOSITION: "note what came of an alert",
    Function.EXPORT: "copy reads out",
    Function.PRINT: "print a read",
    Function.API: "search by program",
    Function.REPORT: "make a report of reads",
    Function.LABEL_READ: "put a note beside a read",
    Function.REQUEST_HOTLIST_ENTRY: "ask for a hot-list entry",
    Function.APPROVE_HOTLIST_ENTRY: "approve a hot-list entry",
    Function.MANAGE_HOTLISTS: "run hot lists",
    Function.REQUEST_HOLD: "ask for a hold",
    Function.APPROVE_HOLD: "approve a hold",
    Function.SEARCH_DELETED: "search deleted data",
    Function.REQUEST_RELEASE: "ask for a release to another agency",
    Function.APPROVE_RELEASE: "approve a release to another agency",
    Function.APPROVE_ACCESS: "approve somebody's access",
    Function.BROWSE_ACCESS_RECORDS: "look at access records",
    Function.AUDIT: "audit",
    Function.ADMINISTER_USERS: "administer people",
    Function.SIGN_TRAINING: "sign courses",
    Function.MANAGE_DEVICES: "run cameras and terminals",
    Function.MAINTAIN_SYSTEM: "maintain the system",
    Function.APPROVE_RETENTION: "approve the retention schedule",
    Function.PURGE: "destroy what is due",
    Function.PUBLISH: "put the agency's policy and papers in force",
}


# They show somebody what a camera saw: each needs a purpose and leaves an access record (SRC-01).
DISCLOSING = frozenset(
    {
        Function.SEARCH,
        Function.VIEW_READ,
        Function.VIEW_IMAGE,
        Function.RECEIVE_ALERTS,
        Function.VERIFY_ALERT,
        Function.EXPORT,
        Function.PRINT,
        Function.API,
        Function.REPORT,
        Function.LABEL_READ,
        Function.SEARCH_DELETED,
    }
)
# An alert comes by itself: its case is that of the hot-list entry, nobody types one.
INQUIRING = DISCLOSING - {Function.RECEIVE_ALERTS, Function.VERIFY_ALERT}
# They put a question to the stored reads ("inquiries", Monrovia 463.5(c)).
QUERYING = frozenset({Function.SEARCH, Function.API, Function.REPORT, Function.SEARCH_DELETED})
# They change what the system holds; officers in equipped cars may do none of it (Los Angeles, Data Users
# note).
CHANGING = frozenset(
    {
        Function.LABEL_READ,
        Function.REQUEST_HOTLIST_ENTRY,
        Function.APPROVE_HOTLIST_ENTRY,
        Function.MANAGE_HOTLISTS,
        Function.MANAGE_DEVICES,
        Function.PURGE,
    }
)


class DataKind(StrEnum):
    """What may be shown. GOV-09's first axis, and a column of every grant."""

    READ = "read"
    IMAGE = "image"
    SCENE = "scene"
    VEHICLE = "vehicle"
    ALERT = "alert"
    HOT_LIST = "hot-list"
    ACCESS_RECORD = "access-record"


class DataElement(StrEnum):
    """What may be stored about a passage (PUR-16)."""

    PLATE = "plate"
    PLATE_IMAGE = "plate-image"
    SCENE_IMAGE = "scene-image"
    TIME = "time"
    PLACE = "place"
    CAMERA = "camera"
    MAKE = "make"
    BODY = "body"
    COLOR = "color"
    UNIQUE_MARKS = "unique-marks"
    OCCUPANTS = "occupants"


# Without these a read is no read (COL-04); every profile must allow them.
INDISPENSABLE = frozenset({DataElement.PLATE, DataElement.TIME, DataElement.PLACE, DataElement.CAMERA})


class DataSource(StrEnum):
    """Whose data is behind an answer; each needs an entitlement of its own (USR-08)."""

    DEPARTMENT = "department"
    STATE = "state"
    FEDERAL = "federal"
    NCIC_RESTRICTED = "ncic-restricted"


class Duty(StrEnum):
    """What an office answers for. An agency maps each duty to an office, never one 'admin' to all (C-1)."""

    ADMINISTRATION = "administration"
    CUSTODY = "custody"
    EQUIPMENT = "equipment"
    COLLECTION = "collection"
    HOT_LISTS = "hot-lists"
    TRAINING = "training"
    AUDIT = "audit"
    RELEASE = "release"
    PUBLIC_REQUESTS = "public-requests"
    MISUSE = "misuse"
    BREACH = "breach"
    TECHNOLOGY = "technology"


class Anchor(StrEnum):
    """Which moment starts a retention period (RET-03)."""

    CAPTURE = "capture"
    ARRIVAL = "arrival"


class Strength(StrEnum):
    """How firmly a policy says something; it decides how an exception is reported (C-9)."""

    SHALL = "shall"
    SHOULD = "should"
    MAY = "may"
    SILENT = "silent"


class CaseRule(StrEnum):
    """What must stand beside the purpose of an inquiry (SRC-02, PUR-14)."""

    NUMBER = "number"
    NUMBER_OR_COSIGN = "number-or-cosign"
    NUMBER_OR_REASON = "number-or-reason"


class CheckRule(StrEnum):
    """How firmly a check of an alert is asked for (ALR-02, ALR-03)."""

    MANDATORY = "mandatory"
    ATTEMPT = "attempt"
    SHOULD = "should"
    IF_PRACTICABLE = "if-practicable"
    NONE = "none"


class ApprovalKind(StrEnum):
    """What a second person can lift."""

    COSIGN = "cosign"
    WORDING = "wording"
    PLATE_RELATION = "plate-relation"
    REPEAT_TARGET = "repeat-target"
    SENSITIVE_PLACE = "sensitive-place"


class MisuseFlag(StrEnum):
    """What the detectors found about an inquiry before it runs (PUR-05, PUR-06)."""

    OWN_PLATE = "own-plate"
    HOUSEHOLD_PLATE = "household-plate"
    COLLEAGUE_PLATE = "colleague-plate"
    OFF_SHIFT = "off-shift"
    REPEAT_TARGET = "repeat-target"


class RecipientClass(StrEnum):
    """Who asks for data."""

    LOCAL_POLICE = "local-police"
    STATE_POLICE = "state-police"
    PROSECUTOR = "prosecutor"
    OUT_OF_STATE_POLICE = "out-of-state-police"
    FEDERAL = "federal"
    IMMIGRATION = "immigration"
    COMMERCIAL = "commercial"
    PUBLIC = "public"
    HOSTING = "hosting"
    COURT = "court"
    DEFENSE = "defense"


class LegalProcess(StrEnum):
    """What obliges an agency to hand data to somebody with whom it does not share (RB 432.5, EC 427.9)."""

    COURT_ORDER = "court-order"
    SUBPOENA = "subpoena"
    DISCOVERY = "discovery"


class BarredPurpose(StrEnum):
    """For what nobody may have the data, whoever asks."""

    IMMIGRATION = "immigration"
    REPRODUCTIVE_CARE = "reproductive-care"
    COMMERCIAL = "commercial"
    TRAFFIC = "traffic-enforcement"


class InterestReason(StrEnum):
    """Why a vehicle is of interest (HOT-12)."""

    STOLEN_VEHICLE = "stolen-vehicle"
    STOLEN_PLATE = "stolen-plate"
    FELONY_VEHICLE = "felony-vehicle"
    WANTED_PERSON = "wanted-person"
    MISSING_PERSON = "missing-person"
    AMBER = "amber"
    PROTECTION_ORDER = "protection-order"
    FLAGGED_BY_DMV = "flagged-by-dmv"
    LOCAL_BOLO = "local-bolo"
    SUPERVISED_RELEASE = "supervised-release"
    PROTECTIVE_INTEREST = "protective-interest"
    VIOLENT_PERSON = "violent-person"
    GANG_OR_TERRORIST = "gang-or-terrorist"
    SEX_OFFENDER = "sex-offender"
    IMMIGRATION = "immigration"


class EntryField(StrEnum):
    """What an agency's own hot-list entry names (HOT-07)."""

    CASE_AGENT = "case-agent"
    CASE_NUMBER = "case-number"
    SYNOPSIS = "synopsis"


class VisualPart(StrEnum):
    """What is compared with the picture, each by itself (ALR-03)."""

    CHARACTERS = "characters"
    STATE = "state"
    VEHICLE = "vehicle"


class RequestField(StrEnum):
    """What a written request for data names (SHR-02)."""

    AGENCY = "agency"
    REQUESTER = "requester"
    PURPOSE = "purpose"


class Statute(StrEnum):
    """What an approver considers first (SHR-06, SHR-07)."""

    VALUES_ACT = "Values Act"
    REPRODUCTIVE_PRIVACY_ACT = "Reproductive Privacy Act"
