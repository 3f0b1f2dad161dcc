"""The process that does what is due, beside the pages."""

import logging
import threading

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from platekeeper.office.jobs.operations import run_due
from platekeeper.office.jobs.schedule import scheduled

log = logging.getLogger("platekeeper.jobs")
_LOOK_EVERY_SECONDS = 2.0


def work(stop: threading.Event) -> None:
    """Do what is due until told to stop; between two jobs, never within one.

    Args:
        stop: set when it shall stop.
    """
    jobs = scheduled()
    while not stop.is_set():
        try:
            run_due(jobs, timezone.now())
        except DatabaseError:
            log.error("The database does not answer; the jobs wait.")  # noqa: TRY400  # a sentence, not a traceback
        close_old_connections()
        stop.wait(_LOOK_EVERY_SECONDS)
