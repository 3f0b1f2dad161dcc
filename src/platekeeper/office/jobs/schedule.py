"""What is to be done regularly: every app says it in the `JOBS` of its `tasks` module."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec

from django.apps import apps

from platekeeper.errors import PlatekeeperError


class JobError(PlatekeeperError):
    """A job cannot be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One duty that comes round again.

    Attributes:
        name: `app.what-it-does`, unique.
        every: the longest time between two successful runs.
        run: does the work that is due at a moment. It may be killed anywhere and is then called again, so it must
            finish or undo what it finds half done; what it returns is not used.
        clause: the clause or obligation that asks for it, e.g. "RET-02".
    """

    name: str
    every: timedelta
    run: Callable[[datetime], object]
    clause: str


def scheduled() -> tuple[Job, ...]:
    """Return the jobs of all apps, by name.

    Raises:
        JobError: two have the same name.
    """
    found: dict[str, Job] = {}
    for config in apps.get_app_configs():
        module = f"{config.name}.tasks"
        if not config.name.startswith("platekeeper.") or find_spec(module) is None:
            continue
        for job in importlib.import_module(module).JOBS:
            if job.name in found:
                raise JobError(f"Two jobs are called {job.name}: rename one.")
            found[job.name] = job
    return tuple(found[name] for name in sorted(found))
