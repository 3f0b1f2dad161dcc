"""The engine is loaded once; no test of this package may touch the network."""

import socket

import pytest

from platekeeper.recognition import Engine, open_engine


def _refuse(*args: object, **kwargs: object) -> None:
    raise AssertionError("recognition must not touch the network")


@pytest.fixture(scope="session")
def text_engine() -> Engine:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _refuse)
        patch.setattr(socket, "getaddrinfo", _refuse)
        return open_engine("rapidocr", threads=1)
