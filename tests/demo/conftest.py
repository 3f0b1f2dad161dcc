"""The demonstration plays on the office's test database."""

import pytest

from tests.office.conftest import connect, database, owner  # noqa: F401  # fixtures, and Django set up for what follows


@pytest.fixture(scope="session")
def stages(database):  # noqa: F811
    """The five agencies with their people, cameras and lists."""
    from platekeeper.demo.stage import set_stage
    from tests.office.people import NOW

    return set_stage(NOW)
