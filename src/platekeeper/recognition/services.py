"""Engines in a service of one's own: Plate Recognizer's Snapshot SDK, Rekor's (OpenALPR's) server.

A picture goes out by HTTP to an address that the administrator names, usually on the same machine, and to no
other: proxies and redirections are not followed. The answer is brought into our terms. The services' scores are
theirs: neither calibrated nor comparable with ours.

Source:
    formats 1.1 (Plate Recognizer Snapshot/Stream, Rekor Scout / OpenALPR)
"""

import base64
import json
import os
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np

from platekeeper.recognition.characters import plain, reading_of_candidates
from platekeeper.recognition.deadlines import Deadline
from platekeeper.recognition.frames import BgrFrame, check_bgr
from platekeeper.recognition.geometry import as_corners
from platekeeper.recognition.results import (
    NOTHING_READ,
    Candidate,
    Corners,
    PlateReading,
    PlateRegion,
    Recognition,
)
from platekeeper.recognition.seams import EngineFailed

ADDRESS_VARIABLE = "PLATEKEEPER_ENGINE_URL"
TOKEN_VARIABLE = "PLATEKEEPER_ENGINE_TOKEN"  # noqa: S105  # the variable's name
CONNECT_S, ANSWER_S = 5.0, 20.0
"""So long a connection is waited for, and so long after it the whole of an answer."""
MOST_ANSWER_BYTES = 8 * 2**20
TOO_OFTEN, TRIES, LONGEST_WAIT_S = 429, 3, 5.0
"""A service that is asked too often says when to come again; so often it is asked, and so long is waited at most."""
REMEDIES = {
    300: "give the address to which it sends its callers",
    TOO_OFTEN: "it is asked too often; look at fewer frames, or raise its limit",
    500: "it has a fault of its own; look into its log and try again",
}
"""By the answer's code, those of one hundred together; for all others, token and licence."""
JPEG_QUALITY = 92


class ServiceFailed(EngineFailed):
    """A recognition service is not named, does not answer, or answers something else."""

    def __init__(self, service: str, reason: str, remedy: str) -> None:
        super().__init__(f"the recognition service {service} failed, {reason}", remedy)


@dataclass(frozen=True)
class _Answer:
    """What came back: its code, when to come again if it says so, and the beginning of its content."""

    code: int
    retry_after: str | None
    content: bytes


@dataclass(frozen=True)
class Dialect:
    """How one kind of service is asked and what its answers mean.

    Attributes:
        name: the engine's name.
        path: where it is asked, below the address named.
        ask: makes body and media type of a JPEG picture.
        found: brings one entry of the answer's `results` into our terms; None where it has no plate.
    """

    name: str
    path: str
    ask: Callable[[bytes], tuple[bytes, str]]
    found: Callable[[Mapping[str, Any]], Recognition | None]


def _as_form(jpeg: bytes) -> tuple[bytes, str]:
    mark = uuid.uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="upload"; filename="frame.jpg"\r\n'
    body = head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + jpeg + f"\r\n--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"


def _as_base64(jpeg: bytes) -> tuple[bytes, str]:
    return base64.b64encode(jpeg), "text/plain"


def _region(code: object) -> str | None:
    """Return the ISO 3166 form of codes such as us-ca and ro; None for anything else."""
    parts = str(code or "").upper().split("-")
    known = len(parts) <= 2 and len(parts[0]) == 2 and all(part.isalnum() for part in parts)
    return "-".join(parts) if known else None


def platerecognizer_found(entry: Mapping[str, Any]) -> Recognition | None:
    """Bring one result of Plate Recognizer into our terms (formats 1.1)."""
    if not entry.get("plate"):
        return None
    box = entry["box"]
    x1, y1, x2, y2 = (float(box[side]) for side in ("xmin", "ymin", "xmax", "ymax"))
    texts = entry.get("candidates") or [entry]
    candidates = [Candidate(plain(each["plate"]), float(each["score"])) for each in texts]
    region = entry.get("region") or {}
    reading = reading_of_candidates(candidates, raw=str(entry["plate"]), region=_region(region.get("code")))
    vehicle = {
        "color": _first(entry.get("color"), "color"),
        "make": _first(entry.get("model_make"), "make"),
        "model": _first(entry.get("model_make"), "model"),
        "body": (entry.get("vehicle") or {}).get("type"),
    }
    corners = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    return Recognition(PlateRegion(corners, _share(entry.get("dscore"), 1)), reading, _told(vehicle))


def rekor_found(entry: Mapping[str, Any]) -> Recognition | None:
    """Bring one result of Rekor or OpenALPR into our terms; its confidences are per cent (formats 1.1)."""
    if not entry.get("plate"):
        return None
    texts = entry.get("candidates") or [entry]
    candidates = [Candidate(plain(each["plate"]), float(each["confidence"]) / 100) for each in texts]
    reading = reading_of_candidates(candidates, raw=str(entry["plate"]), region=_region(entry.get("region")))
    attributes = entry.get("vehicle") or {}
    vehicle = {
        "color": _first(attributes.get("color"), "name"),
        "make": _first(attributes.get("make"), "name"),
        "model": _first(attributes.get("make_model"), "name"),
        "body": _first(attributes.get("body_type"), "name"),
    }
    points = np.array([[point["x"], point["y"]] for point in entry["coordinates"]], dtype=np.float32)
    corners: Corners = as_corners(points)
    return Recognition(PlateRegion(corners, _share(entry.get("confidence"), 100)), reading, _told(vehicle))


def _first(ranked: object, key: str) -> object:
    """Return a value of the first of ranked entries, the likeliest."""
    return ranked[0].get(key) if isinstance(ranked, list) and ranked and isinstance(ranked[0], dict) else None


def _share(number: object, whole: float) -> float:
    return min(1.0, max(0.0, float(number) / whole)) if isinstance(number, int | float) else 0.0


def _told(attributes: Mapping[str, object]) -> dict[str, str]:
    return {
        name: str(value) for name, value in attributes.items() if value and str(value).lower() != "unknown"
    }


DIALECTS = {
    "platerecognizer": Dialect("platerecognizer", "/v1/plate-reader/", _as_form, platerecognizer_found),
    "rekor": Dialect("rekor", "/v3/recognize_bytes", _as_base64, rekor_found),
}

CONNECTIONS: Mapping[str, type[HTTPConnection]] = {"http": HTTPConnection, "https": HTTPSConnection}


class Service:
    """A recognition service: both a `PlateFinder` and a `PlateReader`, and cheaper when asked at once."""

    def __init__(self, dialect: Dialect, address: str, token: str | None = None) -> None:
        try:
            parts = urlsplit(address.rstrip("/") + dialect.path)
            known = parts.scheme in CONNECTIONS and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port or a bracket that is none
            known = False
        if not known:
            remedy = f"set {ADDRESS_VARIABLE} to an address such as http://127.0.0.1:8080"
            raise ServiceFailed(dialect.name, "its address is not known", remedy)
        self._dialect = dialect
        self._address = parts
        self._headers = {"Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Token {token}"

    def find_plates(self, frame: BgrFrame) -> list[PlateRegion]:
        """Find the plates in a frame (`PlateFinder`)."""
        return [found.region for found in self.recognize(frame)]

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        """Read the surest plate in a crop (`PlateReader`)."""
        readings = [found.reading for found in self.recognize(crop)]
        return max(readings, key=lambda reading: reading.confidence, default=NOTHING_READ)

    def recognize(self, frame: BgrFrame) -> list[Recognition]:
        """Find and read all plates of a frame with one request.

        Args:
            frame: BGR uint8; not changed.

        Returns:
            The plates in the service's order.

        Raises:
            ServiceFailed: it does not answer, refuses, or answers something else.
        """
        check_bgr(frame)
        done, jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        assert done, "a frame of positive size can always be encoded"
        try:
            entries = json.loads(self._asked(bytes(jpeg)))["results"]
            found = [self._dialect.found(entry) for entry in entries]
        except (ValueError, KeyError, TypeError, AttributeError):
            reason, remedy = "its answer has another form", "check that the address is a service of this kind"
            raise ServiceFailed(self._dialect.name, reason, remedy) from None
        return [each for each in found if each is not None]

    def _asked(self, jpeg: bytes) -> bytes:
        for left in reversed(range(TRIES)):
            answer = self._answer(jpeg)
            if answer.code // 100 == 2:
                return answer.content
            if answer.code != TOO_OFTEN or not left:
                break
            time.sleep(_wait_s(answer.retry_after))
        raise self._refused(answer.code)

    def _answer(self, jpeg: bytes) -> _Answer:
        """Ask once.

        Raises:
            ServiceFailed: nothing answers, or not within `ANSWER_S`, however steadily a little comes.
        """
        body, media_type = self._dialect.ask(jpeg)
        headers = {**self._headers, "Content-Type": media_type}
        where = self._address
        connection = CONNECTIONS[where.scheme](where.hostname or "", where.port, timeout=CONNECT_S)
        deadline = Deadline(ANSWER_S)
        try:
            connection.connect()
            with deadline.on(connection.sock):
                connection.request("POST", where.path, body, headers)
                answer = connection.getresponse()
                content = answer.read(MOST_ANSWER_BYTES + 1)
        except (OSError, HTTPException):
            raise self._silent(deadline) from None
        finally:
            connection.close()
        if deadline.has_passed:
            raise self._silent(deadline)
        return _Answer(answer.status, answer.headers.get("Retry-After"), content)

    def _silent(self, deadline: Deadline) -> ServiceFailed:
        reason = (
            f"no whole answer came within {ANSWER_S:g} s" if deadline.has_passed else "it does not answer"
        )
        remedy = f"check that it runs and that {ADDRESS_VARIABLE} is right"
        return ServiceFailed(self._dialect.name, reason, remedy)

    def _refused(self, code: int) -> ServiceFailed:
        known = TOO_OFTEN if code == TOO_OFTEN else code // 100 * 100
        remedy = REMEDIES.get(known, f"check {TOKEN_VARIABLE} and its licence")
        return ServiceFailed(self._dialect.name, f"it answers {code}", remedy)


def _wait_s(said: str | None) -> float:
    """Return how long to wait before asking again; a service that says nothing, or a date, is given a second."""
    return min(float(said), LONGEST_WAIT_S) if said and said.isdigit() else 1.0


def open_service(name: str) -> Service:
    """Return a service as the environment names it.

    Args:
        name: one of `DIALECTS`.

    Raises:
        ServiceFailed: no address is named.
    """
    address, token = os.environ.get(ADDRESS_VARIABLE, ""), os.environ.get(TOKEN_VARIABLE)
    return Service(DIALECTS[name], address, token)
