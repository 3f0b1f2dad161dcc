"""Django's own commands for this project: `python -m platekeeper.office.config.manage`."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run a Django management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platekeeper.office.config.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
