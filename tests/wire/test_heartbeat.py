"""Heartbeats."""

import json
from datetime import UTC, datetime

import pytest

from platekeeper.wire import CameraState, Disk, Heartbeat, HeldList, WireError, decode_heartbeat, encode

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class TestDecodeHeartbeat:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"at": "2026-01-02T12:00:00"}, "at"),
            ({"at": "1970-01-01T00:00:00Z"}, "at"),
            ({"oldest_unsent_at": "1970-01-01T00:00:00Z"}, "oldest_unsent_at"),
            ({"queue_depth": -1}, "queue_depth"),
            ({"cameras": [{"id": "c"}]}, "cameras"),
            ({"device": "a\u0007"}, "device"),
        ],
    )
    def test_names_what_is_wrong(self, changes, field):
        with pytest.raises(WireError, match=field):
            decode_heartbeat(json.dumps({"device": "car-7", "at": "2026-01-02T12:00:00Z"} | changes).encode())

    def test_refuses_what_is_no_json(self):
        with pytest.raises(WireError, match="The heartbeat is no complete JSON"):
            decode_heartbeat(b"beat")

    def test_takes_a_bare_one(self):
        heartbeat = decode_heartbeat(b'{"device":"car-7","at":"2026-01-02T04:00:00-08:00"}')

        assert heartbeat == Heartbeat(device="car-7", at=NOON)

    def test_round_trips(self):
        heartbeat = Heartbeat(
            device="car-7",
            at=NOON,
            uptime_s=3.5,
            queue_depth=12,
            oldest_unsent_at=datetime(2026, 1, 1, tzinfo=UTC),
            disk=Disk(free_bytes=1, total_bytes=2),
            cameras=(CameraState(id="front", streaming=True, fps=29.97, last_read_at=NOON),),
            hot_lists=(HeldList(id="svs", version="2026-01-02"),),
        )

        assert decode_heartbeat(encode(heartbeat)) == heartbeat
