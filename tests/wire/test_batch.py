"""Batches and lines."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.wire import (
    LARGEST_BODY_BYTES,
    MOST_READS,
    ReadBatch,
    WireError,
    decode_batch,
    decode_lines,
    encode,
    encode_lines,
    sift_batch,
)

from .messages import few, reads, simple


def body(*messages):
    return json.dumps({"schema": 1, "unit": "car-7", "reads": messages}).encode()


class TestDecodeBatch:
    def test_refuses_all_where_one_is_wrong_and_says_which(self):
        with pytest.raises(WireError, match=r"In the batch, reads\[1\]\.camera"):
            decode_batch(body(simple(), simple(camera="")))

    def test_refuses_more_than_a_thousand(self):
        with pytest.raises(WireError, match="length <= 1000"):
            decode_batch(body(*[simple()] * (MOST_READS + 1)))

    def test_refuses_a_huge_body_before_looking_at_it(self):
        with pytest.raises(WireError, match="larger than 64 MiB"):
            decode_batch(b" " * (LARGEST_BODY_BYTES + 1))

    @pytest.mark.parametrize("reads", [5, None, [5], {}])
    def test_refuses_reads_that_are_none(self, reads):
        with pytest.raises(WireError, match="reads"):
            decode_batch(json.dumps({"reads": reads}).encode())

    @pytest.mark.parametrize("other", [b"[]", b"3", b"{}"])
    def test_refuses_other_json(self, other):
        with pytest.raises(WireError, match="The batch cannot be taken"):
            decode_batch(other)

    def test_takes_short_forms(self):
        batch = decode_batch(body(simple(), simple(plate="7XYZ999")))

        assert batch.unit == "car-7"
        assert [read.plate.norm for read in batch.reads] == ["8ABC123", "7XYZ999"]

    @few
    @given(st.lists(reads, max_size=3))
    def test_round_trips(self, some):
        batch = ReadBatch(reads=tuple(some), unit="car-7")

        assert decode_batch(encode(batch)) == batch

    @given(st.binary(max_size=60))
    def test_no_bytes_bring_anything_else_than_a_refusal(self, junk):
        for decode in (decode_batch, sift_batch):
            with pytest.raises(WireError):
                decode(junk)


class TestSiftBatch:
    def test_tells_the_bad_from_the_good(self):
        sifted = sift_batch(body(simple(), {"plate": 1}, 7, simple(plate="7XYZ999")))

        assert [(index, read.plate.norm) for index, read in sifted.reads] == [(0, "8ABC123"), (3, "7XYZ999")]
        assert [refused.index for refused in sifted.refused] == [1, 2]
        assert all(f"read {refused.index}" in refused.reason for refused in sifted.refused)
        assert sifted.unit == "car-7"

    def test_refuses_a_batch_that_is_none(self):
        with pytest.raises(WireError, match="no complete JSON"):
            sift_batch(body(simple())[:-2])


class TestLines:
    @few
    @given(st.lists(reads, max_size=3))
    def test_round_trip(self, some):
        assert list(decode_lines(encode_lines(some))) == some

    def test_empty_lines_are_left_out(self):
        assert list(decode_lines([b"\n", b"  \r\n"])) == []

    def test_a_bad_line_is_named(self):
        good = json.dumps(simple()).encode()

        with pytest.raises(WireError, match="line 3"):
            list(decode_lines([good, b"", b"{}"]))
