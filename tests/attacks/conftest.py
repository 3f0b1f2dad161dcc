import pytest

from .scene import Scene, played


@pytest.fixture(scope="package")
def scene() -> Scene:
    with played() as made:
        yield made
