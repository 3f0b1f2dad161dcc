"""Nobody fills the disk by a request that never ends, not even before the log-in (CJIS SC-5)."""

import asyncio

import pytest

from platekeeper.office.config.asgi import application
from platekeeper.office.config.bodies import LARGEST_BYTES

MIB = 2**20


def sent(path: str, mebibytes: int) -> tuple[int, str, int]:
    """Return status and words of the answer to a body, and how much of it was taken."""
    taken, answer = 0, []
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000), "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"text/plain")],
    }  # fmt: skip

    async def receive() -> dict[str, object]:
        nonlocal taken
        if taken == mebibytes:
            await asyncio.sleep(60)
        taken += 1
        return {"type": "http.request", "body": b"x" * MIB, "more_body": taken < mebibytes}

    async def send(message) -> None:
        answer.append(message)

    asyncio.run(application(scope, receive, send))
    return answer[0]["status"], b"".join(one.get("body", b"") for one in answer[1:]).decode(), taken


class TestBounded:
    @pytest.mark.parametrize("path", ["/log/in/", "/", "/nowhere/"])
    def test_takes_no_more_than_the_largest_batch_whoever_sends_it(self, path, database):
        status, words, taken = sent(path, 200)

        assert (status, words) == (413, "The request is larger than 65 MiB: send less at a time.\n")
        assert taken == LARGEST_BYTES // MIB + 1

    def test_leaves_what_is_smaller_to_the_pages(self, database):
        status, words, _ = sent("/nowhere/", 1)

        assert status != 413
        assert "MiB" not in words
