"""What the tests of the pages share."""

from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings


@pytest.fixture
def settings_with_addresses() -> Iterator[Callable[[type], None]]:
    """Put a table of addresses in the place of the office's own, for one test."""
    overrides: list[override_settings] = []

    def put(addresses: type) -> None:
        override = override_settings(ROOT_URLCONF=addresses)
        override.enable()
        overrides.append(override)

    yield put
    for override in overrides:
        override.disable()
