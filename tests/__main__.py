"""`python -m tests`: run every test, on all cores; arguments go to pytest."""

import sys

import pytest

# each worker has a data folder and a database of its own; what shares servers stays together, and groups start in the
# order that conftest gives them
_ON_ALL_CORES = ["--numprocesses=auto", "--dist=loadscope", "--no-loadscope-reorder"]

sys.exit(pytest.main([*_ON_ALL_CORES, *sys.argv[1:]]))
