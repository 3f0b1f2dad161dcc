import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from platekeeper.recognition import videos
from platekeeper.recognition.videos import SourceFrame, UnreadableFile, duration_of, is_live, stream_frames


@dataclass
class LocalCamera:
    """A camera on this machine: sends pictures (motion JPEG over TCP) to each caller, then hangs up."""

    pictures: int = 40
    calls: int = 1
    waits: list[float] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for _ in range(self.calls):
            try:
                caller, _ = self._door.accept()
            except OSError:
                return
            with caller:
                self._send(caller)
        self._door.close()

    def _send(self, caller: socket.socket) -> None:
        for number in range(self.pictures):
            picture = np.full((120, 160, 3), 5 * (number % 50), np.uint8)
            try:
                caller.sendall(cv2.imencode(".jpg", picture)[1].tobytes())
            except OSError:
                return
            time.sleep(0.01)

    def close(self) -> None:
        self._door.close()
        self._thread.join(timeout=5)


@pytest.fixture
def camera() -> Iterator[LocalCamera]:
    camera = LocalCamera(calls=2)
    yield camera
    camera.close()


class TestStreamFrames:
    def test_gives_up_a_camera_that_never_answered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(videos, "STREAM_TIMEOUT_MS", 300)
        waited: list[float] = []

        (problem,) = stream_frames("tcp://user:secret@127.0.0.1:9", every_s=0, wait=waited.append)

        assert str(problem).startswith("tcp://127.0.0.1:9: no picture can be had from it; check the address")
        assert waited == []

    def test_opens_a_dropped_stream_again_and_then_gives_up(
        self, camera: LocalCamera, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(videos, "STREAM_TIMEOUT_MS", 1000)
        monkeypatch.setattr(videos, "RETRY_AFTER_S", (1.0, 2.0))
        waited: list[float] = []

        outcomes = list(stream_frames(f"tcp://127.0.0.1:{camera.port}", every_s=0, wait=waited.append))

        problems = [str(each) for each in outcomes if isinstance(each, UnreadableFile)]
        frames = [each for each in outcomes if isinstance(each, SourceFrame)]
        assert [problem.partition(": ")[2] for problem in problems] == [
            "the stream dropped; it is opened again in 1 s.",
            "the stream dropped; it is opened again in 1 s.",
            "the stream dropped; it is opened again in 2 s.",
            "the stream ended and stays away; check the camera and start again.",
        ]
        assert [pause for pause in waited if pause >= 1] == [1.0, 1.0, 2.0]
        assert [frame.frame for frame in frames] == list(range(len(frames)))
        assert [frame.time_s for frame in frames] == sorted(frame.time_s or 0 for frame in frames)

    def test_skips_frames_rather_than_falling_behind(self) -> None:
        camera = LocalCamera(pictures=60)
        slow = stream_frames(f"tcp://127.0.0.1:{camera.port}", every_s=0, wait=lambda pause: None)

        seen = 0
        for outcome in slow:
            if isinstance(outcome, UnreadableFile):
                break
            seen += 1
            time.sleep(0.1)
        slow.close()  # type: ignore[attr-defined]
        camera.close()

        assert 0 < seen < 40


class TestAddresses:
    @pytest.mark.parametrize(
        ("path", "live"),
        [
            ("rtsp://camera/1", True),
            ("udp://239.0.0.1:5000", True),
            ("http://server/film.mp4", False),
            ("a.mp4", False),
        ],
    )
    def test_tell_live_streams_from_what_waits(self, path: str, live: bool) -> None:
        assert is_live(path) is live

    def test_have_no_duration_where_nothing_is(self) -> None:
        assert duration_of("/nowhere/film.mp4") is None
