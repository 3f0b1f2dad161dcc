"""The package under test bears this folder's name: this folder is no package, its modules have own names."""

import sys
from pathlib import Path

# training/ is no part of the installed package: it is imported from the project root.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
