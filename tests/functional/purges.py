"""Fills an agency and purges it, round after round, each purge killed at another point: a process of killing.py's.

Prints one JSON object at the end: which plates had to stay, and which had to go.
"""

import contextlib
import json
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from datetime import timedelta

from platekeeper.office.config.migrate import set_up_django

AT_ONCE = 4  # reads and plates a step, so that there are many steps to be killed in
STATEMENTS = 34  # about as many as a purge of one round takes


def apart(work: Callable[[], None]) -> int:
    """Do something in a process of its own, with connections of its own; return how that ended."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            if status:
                traceback.print_exc()
            os._exit(status)
    return os.waitpid(child, 0)[1]


def approve() -> None:
    from django.utils import timezone

    from platekeeper.office.accounts.models import Agency
    from platekeeper.office.accounts.operations import add_person
    from platekeeper.office.accounts.queries import profile_of
    from platekeeper.office.retention.models import Schedule
    from platekeeper.office.retention.schedules import approve_schedule, propose_schedule, terms_of
    from platekeeper.policy import Role

    agency = Agency.objects.get(slug="torrance")
    profile = profile_of(agency)
    schedule = Schedule.objects.get(pk=propose_schedule(agency, terms_of(profile), by="test"))
    for role in (Role.ADMINISTRATOR, Role.CUSTODIAN, Role.DETECTIVE):
        person = add_person(
            username=f"the.{role}", full_name=role.value, agency=agency, title="", roles=[role.value],
            now=timezone.now(),
        )  # fmt: skip
        if role is not Role.DETECTIVE:
            approve_schedule(schedule, person, role, profile=profile)


def fill(held: list[str], due: list[str], young: list[str], number: int) -> Callable[[], None]:
    def filling() -> None:
        from django.db import connection
        from django.utils import timezone

        from platekeeper import wire
        from platekeeper.office.accounts.models import Agency, Person
        from platekeeper.office.alerts.intake import take_batch

        def pictures_of(plate: str) -> tuple[wire.Image, ...]:
            return (wire.Image(role="plate", data=b"\xff\xd8\xff" + plate.encode() * 9),)

        agency = Agency.objects.get(slug="torrance")
        person = Person.objects.get(username="the.detective")
        for plate in held:
            hold = {
                "kind": "evidence",
                "case_number": "26-1",
                "reason": "x",
                "contact": "x",
                "scope": "PLATE",
            }
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT request_hold(%s, %s)", [person.pk, json.dumps({**hold, "plate": plate})]
                )
        for plates, days in ((held + due, 31), (young, 2)):
            at = timezone.now() - timedelta(days=days)
            reads = [
                wire.Read(
                    plate=wire.Plate(raw=plate), captured_at=at + timedelta(milliseconds=place + 100 * number),
                    camera=wire.Camera(ref_raw="gate"), source_event_id=plate,
                    images=pictures_of(plate) if place % 3 == 0 else (),
                )
                for place, plate in enumerate(plates)
            ]  # fmt: skip
            take_batch(agency=agency, producer="test", reads=reads, now=at + timedelta(minutes=9))

    return filling


def purge(kill_at: int | None, after_s: float) -> Callable[[], None]:
    def purging_() -> None:
        from platekeeper.office.accounts.models import Agency
        from platekeeper.office.retention import operations, purging

        purging._READS_AT_ONCE = purging._PLATES_AT_ONCE = AT_ONCE
        ask, count = purging.asked, [0]

        def dying(statement: str, *arguments: object) -> list[tuple[object, ...]]:
            count[0] += 1
            if count[0] == kill_at:
                threading.Timer(after_s, os.kill, [os.getpid(), signal.SIGKILL]).start()
            return ask(statement, *arguments)

        purging.asked = dying
        agency = Agency.objects.get(slug="torrance")
        for _ in range(100):
            with contextlib.suppress(operations.PurgeError):  # the last one's lock lives a moment longer
                operations.purge([agency], by="test")
                return
            time.sleep(0.05)
        raise AssertionError("the lock of a killed purge stayed")

    return purging_


def main(rounds: int, seed: int) -> None:
    set_up_django()
    import platekeeper.office.alerts.intake
    import platekeeper.office.retention.operations  # noqa: F401  # once here, not in every child

    chance = random.Random(seed)
    must_stay, must_go, killed = [], [], 0
    assert apart(approve) == 0
    for number in range(rounds):
        held, young = [f"8HLD{number:03}"], [f"8NEW{number:03}"]
        due = [f"8{letter}UE{number:03}" for letter in "ABCDEFG"]
        assert apart(fill(held, due, young, number)) == 0
        must_stay += held + young
        must_go += due
        killed += apart(purge(chance.randrange(1, STATEMENTS), chance.random() * 0.01)) == signal.SIGKILL
    assert apart(purge(None, 0)) == 0
    sys.stdout.write(json.dumps({"stay": must_stay, "go": must_go, "killed": killed}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
