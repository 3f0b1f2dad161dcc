"""The neutral read: what it takes, what it refuses, what it derives."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.wire import SCHEMA, Plate, Read, WireError, decode_read, encode

from .messages import JPEG, JPEG_BASE64, JPEG_SHA256, few, reads, simple


def decoded(**changes):
    return decode_read(json.dumps(simple(**changes)).encode())


class TestRefusals:
    @pytest.mark.parametrize("plate", ["", "--", "unknown", "无牌", {"raw": "No Plate"}])
    def test_no_plate_is_no_read(self, plate):
        with pytest.raises(WireError, match="plate"):
            decoded(plate=plate)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"plate": "A" * 17}, "plate"),
            ({"plate": "A" * 65}, "plate.raw"),
            ({"plate": {"raw": "A1\u202e"}}, "plate.raw"),
            ({"plate": {"raw": "A\n1"}}, "plate.raw"),
            ({"plate": {"raw": "A1\n"}}, "plate.raw"),
            ({"plate": {"raw": "A1", "region": "US-CA\n"}}, "plate.region"),
            ({"plate": {"raw": "A1", "characters": [{"\0": 1}]}}, "plate.characters"),
            ({"plate": {"raw": "A1", "norm": "a1"}}, "plate.norm"),
            ({"plate": {"raw": "A1", "norm": "NOPLATE"}}, "plate.norm"),
            ({"plate": {"raw": "A1", "conf": 1.01}}, "plate.conf"),
            ({"plate": {"raw": "A1", "char_conf": [0.5, -0.1]}}, "plate.char_conf"),
            ({"plate": {"raw": "A1", "characters": [{"AB": 1}]}}, "plate.characters"),
            ({"plate": {"raw": "A1", "country": "USA"}}, "plate.country"),
            ({"plate": {"raw": "A1", "region": "California"}}, "plate.region"),
            ({"plate": {"raw": "A1", "candidates": [{"conf": 0.5}]}}, "plate.candidates"),
            ({"plate": 8}, "plate"),
            ({"plate": None}, "plate"),
            ({"camera": {}}, "camera"),
            ({"camera": ""}, "camera"),
            ({"camera": "c" * 121}, "camera"),
            ({"captured_at": "2026-01-02T03:04:05"}, "captured_at"),
            ({"captured_at": "0001-01-01T00:00:00+14:00"}, "captured_at"),
            ({"captured_at": "2101-01-01T00:00:00Z"}, "captured_at"),
            ({"captured_at": "2000-01-01T01:00:00+02:00"}, "captured_at"),
            ({"captured_at": "yesterday"}, "captured_at"),
            ({"captured_at": 1767323045}, "captured_at"),
            ({"captured_end_at": "2026-01-02T03:04:05Z"}, "captured_end_at"),
            ({"received_at": "1969-01-02T03:04:05Z"}, "received_at"),
            ({"id": "00000000-0000-4000-8000-000000000000"}, "id"),
            ({"id": "019b7e61-032e-75ee-8940-77adea1b17dd"}, "id"),
            ({"revision": 0}, "revision"),
            ({"revision_kind": "guess"}, "revision_kind"),
            ({"geometry": {"plate_box": [3, 0, 1, 1]}}, "plate_box"),
            ({"geometry": {"vehicle_box": [0, 3, 1, 1]}}, "vehicle_box"),
            ({"geometry": {"plate_box": [0, 0, 1]}}, "geometry.plate_box"),
            ({"geometry": {"plate_polygon": [[0, 0], [1, 1]]}}, "geometry.plate_polygon"),
            ({"position": {"lat": 91, "lon": 0}}, "position.lat"),
            ({"position": {"lat": 0, "lon": -181}}, "position.lon"),
            ({"position": {"lat": 0}}, "position"),
            ({"reader": {"speed_mps": -1}}, "reader.speed_mps"),
            ({"body_sha256": "AB"}, "body_sha256"),
            ({"extras": {"a": {"b": 1}}}, "extras"),
            ({"flags": ["f"] * 51}, "flags"),
            ({"images": [{"role": "plate"}]}, "images[0]"),
            ({"images": [{"role": "driver", "sha256": JPEG_SHA256}]}, "images[0].role"),
            ({"images": [{"data": "A!"}]}, "images[0].data"),
            ({"images": [{"data": ""}]}, "images[0].data"),
            ({"images": [{"data": "R0lG"}]}, "images[0]"),
            ({"images": [{"data": JPEG_BASE64, "sha256": "0" * 64}]}, "images[0]"),
            ({"images": [{"sha256": JPEG_SHA256}] * 9}, "images"),
        ],
    )
    def test_names_the_field_and_the_remedy(self, changes, field):
        with pytest.raises(WireError) as refusal:
            decoded(**changes)

        sentence = str(refusal.value)
        assert field in sentence
        assert sentence.endswith("correct the sender and send it again.")

    @pytest.mark.parametrize("missing", ["plate", "captured_at", "camera"])
    def test_what_is_required_is_required(self, missing):
        message = simple()
        del message[missing]

        with pytest.raises(WireError, match=f"missing required field `{missing}`"):
            decode_read(json.dumps(message).encode())

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"\xff", b'{"plate":"\xff"}', b'{"plate":"\\ud800"}', b'{"plate":NaN}']
    )
    def test_broken_bytes_are_told_apart_from_wrong_fields(self, body):
        with pytest.raises(WireError, match="no complete JSON"):
            decode_read(body)

    @pytest.mark.parametrize("body", [b"null", b"3", b"[]", b'"8ABC123"'])
    def test_other_json_is_refused(self, body):
        with pytest.raises(WireError, match="expected `object`"):
            decode_read(body)

    @pytest.mark.parametrize("prefix", [b"", b'{"x":'])
    def test_deep_nesting_is_refused(self, prefix):
        with pytest.raises(WireError, match="nested too deeply"):
            decode_read(prefix + b"[" * 100_000)

    @given(st.binary(max_size=60))
    def test_no_bytes_bring_anything_else_than_a_read_or_a_refusal(self, body):
        with pytest.raises(WireError):
            decode_read(body)


class TestSimpleRead:
    def test_needs_a_plate_a_time_and_a_camera_only(self):
        read = decoded(plate=" 8abc·123", captured_at="2026-01-01T19:04:05.678901-08:00")

        assert (read.plate.raw, read.plate.display, read.plate.norm) == (" 8abc·123", " 8abc·123", "8ABC123")
        assert read.captured_at == datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
        assert read.captured_at.tzinfo is UTC
        assert read.camera.ref_raw == "gate-1"
        assert read.schema == SCHEMA

    def test_what_was_not_said_stays_unsaid(self):
        read = decoded()

        assert (read.plate.conf, read.id, read.position, read.retransmitted) == (None, None, None, None)

    def test_a_field_of_a_newer_sender_is_ignored(self):
        assert decoded(schema=7, weather={"rain": True}) == msgspec.structs.replace(decoded(), schema=7)

    def test_is_frozen(self):
        with pytest.raises(AttributeError):
            decoded().revision = 2


class TestPlate:
    def test_keeps_raw_in_nfc(self):
        assert Plate(raw="BMU\u0308 1").raw == "BMÜ 1"

    def test_keeps_the_better_reading_beside_the_raw_one(self):
        plate = Plate(raw="BABC123", norm="8ABC123")

        assert (plate.raw, plate.norm) == ("BABC123", "8ABC123")

    def test_makes_the_key_itself(self):
        assert Plate(raw="8OI", fold="XXX").fold == "801"

    def test_keeps_the_senders_display(self):
        assert Plate(raw="8ABC123", display="8ABC·123").display == "8ABC·123"


class TestImage:
    def test_its_bytes_say_what_it_is(self):
        image = decoded(images=[{"role": "plate", "media_type": "image/webp", "data": JPEG_BASE64}]).images[0]

        assert (image.data, image.media_type, image.sha256, image.size_bytes) == (
            JPEG,
            "image/jpeg",
            JPEG_SHA256,
            len(JPEG),
        )

    def test_may_travel_as_its_digest_alone(self):
        image = decoded(images=[{"sha256": JPEG_SHA256, "media_type": "image/png", "size_bytes": 3}]).images[
            0
        ]

        assert (image.data, image.media_type, image.size_bytes) == (None, "image/png", 3)

    def test_webp_is_known_though_its_name_stands_later(self):
        image = decoded(images=[{"data": "UklGRgAAAABXRUJQ"}]).images[0]

        assert image.media_type == "image/webp"


class TestEncoding:
    @few
    @given(reads)
    def test_round_trips(self, read):
        assert decode_read(encode(read)) == read

    @few
    @given(reads)
    def test_is_one_line(self, read):
        assert b"\n" not in encode(read)

    @few
    @given(reads, st.text("ABC", max_size=5))
    def test_of_version_n_is_read_by_version_n_plus_1_and_back(self, read, addition):
        class NextRead(Read, frozen=True, kw_only=True, omit_defaults=True):
            schema: int = msgspec.field(default_factory=lambda: SCHEMA + 1)
            weather: str = ""

        newer = msgspec.json.decode(encode(read), type=NextRead)
        back = decode_read(encode(msgspec.structs.replace(newer, weather=addition, schema=SCHEMA + 1)))

        assert newer.weather == ""
        assert back == msgspec.structs.replace(read, schema=SCHEMA + 1)
