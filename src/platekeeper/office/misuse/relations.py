"""Plates of people here, kept as keyed digests, and whether an inquiry asks for one (PUR-05).

A digest is made with a key that only the server has, of the plate's look-alike key: so a misread or misspelt plate is
known too, and whoever copies the table cannot try plates against it.
"""

import hmac
import itertools
import string
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import transaction

from platekeeper import plates
from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB, record_event
from platekeeper.office.accounts.models import Person
from platekeeper.office.misuse.models import PlateRelation
from platekeeper.office.statements import Ask, Rows
from platekeeper.policy.vocabulary import MisuseFlag

_MOST_SPELLINGS = 1300  # two unknown characters
_FEWEST_KNOWN = 5  # a pattern that knows as many characters means one vehicle, or hardly more
_ALPHABET = sorted(set(plates.fold(string.ascii_uppercase + string.digits)))
_FLAGS = {
    "own": MisuseFlag.OWN_PLATE,
    "household": MisuseFlag.HOUSEHOLD_PLATE,
    "colleague": MisuseFlag.COLLEAGUE_PLATE,
}


class RelationError(PlatekeeperError):
    """A plate cannot be entered."""


def digest_of(fold: str) -> bytes:
    """Return the keyed digest of a plate's look-alike key.

    Args:
        fold: as `plates.fold` gives it.
    """
    begun = _begun(settings.MASTER_KEY).copy()
    begun.update(fold.encode())
    return begun.digest()


@lru_cache(maxsize=1)
def _begun(master: bytes) -> hmac.HMAC:
    return hmac.new(hmac.digest(master, b"platekeeper plate relations", "sha256"), digestmod="sha256")


def counted_fold(plate: str) -> str:
    """Return the look-alike key under which inquiries about a plate are counted; empty where too many fit it.

    Args:
        plate: as typed; an unknown character more does not make another vehicle of it.
    """
    fold = plates.fold(plates.normalize(plate))
    return "" if set("?*") & set(plate) and len(fold) < _FEWEST_KNOWN else fold


def relations_asked(person: Person, plate: str) -> Ask | None:
    """Return how to ask whose plate it is that somebody asks for; of a pattern, if few spellings fit it.

    Args:
        person: who asks.
        plate: as typed, with or without wildcards.
    """
    digests = ",".join(f'"\\\\x{digest_of(fold).hex()}"' for fold in _folds(plate))
    # a pattern has hundreds: spelt for the server in a tenth of the time that the driver takes
    return Ask("SELECT relations_of(%s, %s::bytea[])", [person.pk, f"{{{digests}}}"]) if digests else None


def relations_told(rows: Rows) -> frozenset[MisuseFlag]:
    """Return whose plate it is.

    Args:
        rows: the answer to `relations_asked`.
    """
    return frozenset(_FLAGS[kind] for kind in rows[0][0])


def enter_plate(
    *, person: Person, actor: Person, plate: str, kind: str, label: str, now: datetime
) -> PlateRelation:
    """Enter a plate of somebody here; only its digest is kept.

    Args:
        person: whose it is, or whose household's.
        actor: who enters it: the person, or whoever keeps the people's records.
        plate: the whole plate.
        kind: OWN or HOUSEHOLD.
        label: words to know it again.
        now: the present time.

    Raises:
        RelationError: no whole plate, or no label.

    Records:
        `plate-relation.entered`, without the plate.

    Source:
        PUR-05
    """
    normal = plates.normalize(plate)
    if not plates.is_normal(normal):
        raise RelationError("Type the whole plate: letters and digits.")
    if not label.strip():
        raise RelationError("Give it a name to know it again, such as: the blue one.")
    if plates.normalize(label) == normal:
        raise RelationError("The name would give the plate away: choose other words.")
    with transaction.atomic(using=WEB):
        made = PlateRelation.objects.create(
            agency=person.agency, person=person, kind=kind, label=label.strip(), digest=digest_of(plates.fold(normal)),
            entered_by=actor.username, entered_at=now,
        )  # fmt: skip
        _enter(actor, "plate-relation.entered", made)
    return made


def end_plate(*, relation: PlateRelation, actor: Person, now: datetime) -> None:
    """Take a plate out of the registry, because the vehicle is gone; the row stays.

    Args:
        relation: which.
        actor: who ends it.
        now: the present time.

    Raises:
        RelationError: it was ended before.

    Records:
        `plate-relation.ended`.

    Source:
        PUR-05
    """
    with transaction.atomic(using=WEB):
        changed = PlateRelation.objects.filter(pk=relation.pk, ended_at__isnull=True).update(
            ended_at=now, ended_by=actor.username
        )
        if not changed:
            raise RelationError("It was taken out before.")
        _enter(actor, "plate-relation.ended", relation)


def _enter(actor: Person, event: str, relation: PlateRelation) -> None:
    record_event(
        agency=actor.agency.slug, event=event, actor=actor.username, subject=f"plate-relation:{relation.pk}",
        details={"person": relation.person.username, "kind": relation.kind},
    )  # fmt: skip


def _folds(plate: str) -> Iterable[str]:
    try:
        pattern = plates.PlatePattern.parse(plate)
    except plates.PlatesError:
        return []
    unknown = pattern.text.count("?")
    spellings = [pattern.fold]
    if "*" in pattern.text:  # a star may stand for nothing, one or two characters
        spellings = [pattern.fold.replace("*", "?" * length, 1).replace("*", "") for length in range(3)]
    if len(_ALPHABET) ** (unknown + 2 * ("*" in pattern.text)) > _MOST_SPELLINGS:
        return []
    return [each for spelling in spellings for each in _filled(spelling)]


def _filled(spelling: str) -> Iterable[str]:
    parts = spelling.split("?")
    for given in itertools.product(_ALPHABET, repeat=len(parts) - 1):
        yield parts[0] + "".join(letter + part for letter, part in zip(given, parts[1:], strict=True))
