"""`python -m platekeeper` is `platekeeper`."""

from platekeeper.cli import main

main()
