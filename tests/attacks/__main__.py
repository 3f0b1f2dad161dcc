"""`python -m tests.attacks`: try every attack and print the table that docs/explanation/attacks.md holds."""

import os
import sys
import tempfile

os.environ.setdefault("PLATEKEEPER_DATA", tempfile.mkdtemp(prefix="platekeeper-attacks-"))

from .attacks import ATTACKS
from .scene import played
from .table import HEAD, row


def main() -> int:
    """Try them all; the exit status is 1 where one succeeded."""
    failed = 0
    print(HEAD)  # noqa: T201  # a command
    with played() as scene:
        for attack in ATTACKS:
            try:
                seen = attack.attempt(scene)
            except AssertionError as error:
                failed, seen = 1, f"**SUCCEEDED**: {str(error)[:200]}"
            print(row(attack, seen), flush=True)  # noqa: T201
    return failed


if __name__ == "__main__":
    sys.exit(main())
