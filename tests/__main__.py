"""`python -m tests`: run every test; arguments go to pytest."""

import sys

import pytest

sys.exit(pytest.main(sys.argv[1:]))
