"""`python -m tests.kills`: kill purges and backups with SIGKILL at random points, and see whether the promises hold."""

import argparse
import sys
import time

from tests.functional.installation import installation
from tests.functional.killing import an_agency_to_purge, killed_backups, killed_purges


def main() -> None:
    """Do it as often as asked; say how many died, and end with an error where a promise broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--purges", type=int, default=50, help="purges to kill (50)")
    parser.add_argument("--backups", type=int, default=50, help="backups to kill (50)")
    parser.add_argument("--seed", type=int, default=427, help="where the kills fall (427)")
    given = parser.parse_args()
    with installation() as house:
        an_agency_to_purge(house)
        for name, killing, often in (
            ("purges", killed_purges, given.purges),
            ("backups", killed_backups, given.backups),
        ):
            if often:
                start = time.monotonic()
                died = killing(house, often, given.seed)
                took = time.monotonic() - start
                sys.stdout.write(
                    f"{died} of {often} {name} killed before they ended, promises hold; {took:.0f} s\n"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    main()
