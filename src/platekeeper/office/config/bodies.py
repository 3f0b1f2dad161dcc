"""How much anybody may send in one request: what had no end would fill the disk before any page or log-in is asked."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from platekeeper import wire

Message: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

# a batch of reads is the largest thing that is sent, and one byte more of it is read to tell that it is too large
LARGEST_BYTES = wire.LARGEST_BODY_BYTES + 2**20
_TOO_LARGE = f"The request is larger than {LARGEST_BYTES >> 20} MiB: send less at a time.\n".encode()
_HEADERS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"content-length", str(len(_TOO_LARGE)).encode()),
    (b"connection", b"close"),
]


def bounded(application: Application) -> Application:
    """Return an application that takes so many bytes of a request and no more.

    Args:
        application: of ASGI; it reads the body to its end before it answers, and gives up where the sender does.
    """

    async def answered(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= LARGEST_BYTES else {"type": "http.disconnect"}

        await application(scope, counted, send)
        if taken > LARGEST_BYTES:
            await send({"type": "http.response.start", "status": 413, "headers": _HEADERS})
            await send({"type": "http.response.body", "body": _TOO_LARGE})

    return answered
