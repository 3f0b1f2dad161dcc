"""Producers that post reads: what the server does with a body, in this process or in several at once."""

import json
import multiprocessing
import os
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bench.city import City, Precinct, agency_of, this_moment
from bench.sieves import read_in

if TYPE_CHECKING:
    from platekeeper.office.accounts.models import Agency


def take(agency: "Agency", posted: Sequence[bytes]) -> tuple[int, int]:
    """Take in bodies one after the other; return reads stored and alerts raised."""
    from platekeeper import wire
    from platekeeper.office.alerts.intake import take_batch

    stored = alerts = 0
    for body in posted:
        reads = [read for _, read in wire.sift_batch(body).reads]
        taken = take_batch(agency=agency, producer="bench", reads=reads, now=this_moment()).receipt
        stored, alerts = stored + taken.stored, alerts + taken.alerts
    return stored, alerts


def _sender(folder: str, slug: str, posted: list[bytes], start: Any, ended: Any) -> None:
    agency = agency_of(folder, slug)
    take(agency, posted[:1])  # a server has been at work for long
    read_in(agency)
    start.wait()
    ended.put((*take(agency, posted[1:]), time.perf_counter()))


def take_together(here: Precinct, shares: Sequence[list[bytes]]) -> float:
    """Take in bodies from several senders at once; return reads a second, to the end of the last one."""
    spawn = multiprocessing.get_context("spawn")
    start, ended = spawn.Barrier(len(shares) + 1), spawn.Queue()
    given = os.environ["PLATEKEEPER_DATA"], here.agency.slug
    senders = [spawn.Process(target=_sender, args=(*given, share, start, ended)) for share in shares]
    for sender in senders:
        sender.start()
    start.wait()
    began = time.perf_counter()
    results = [ended.get() for _ in senders]
    for sender in senders:
        sender.join()
    return sum(stored for stored, _, _ in results) / (max(end for *_, end in results) - began)


def stream(
    folder: str, slug: str, cameras: tuple[int, ...], reads_per_second: int, stop: Any, posted: Any
) -> None:
    """Post reads of cars that nobody looks for, ten batches a second, until `stop`; count them in `posted`."""
    agency = agency_of(folder, slug)
    city = City(cars=60_000, seed=99)
    here = Precinct(agency, None, cameras, city)  # type: ignore[arg-type]  # nobody looks here
    due = time.perf_counter()
    while not stop.is_set():
        now = this_moment()
        sightings = city.sightings(reads_per_second // 10, now - timedelta(seconds=1), now)
        take(agency, [json.dumps({"reads": [here.message(one) for one in sightings]}).encode()])
        posted.value += reads_per_second // 10
        due += 0.1
        time.sleep(max(0.0, due - time.perf_counter()))
