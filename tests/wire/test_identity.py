"""Identity: the same at every retry, ordered by time."""

import json
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.wire import captured_between, decode_read, encode, event_number, identified, read_id

from .messages import few, reads, simple

moments = st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def read_of(**changes):
    return decode_read(json.dumps(simple(**changes)).encode())


class TestReadId:
    def test_refuses_a_time_without_zone(self):
        with pytest.raises(ValueError, match="aware"):
            read_id("p", "1", 0, datetime(2026, 1, 2))

    def test_is_a_uuid_of_version_7(self):
        made = read_id("p", "1", 0, NOON)

        assert (made.version, made.variant) == (7, RFC_4122)

    def test_is_the_same_in_every_zone(self):
        there = NOON.astimezone(datetime.fromisoformat("2026-01-02T00:00:00-08:00").tzinfo)

        assert read_id("p", "1", 0, NOON) == read_id("p", "1", 0, there)

    def test_never_changes_between_releases(self):
        assert str(read_id("p", "1", 0, NOON)) == "019b7e94-3200-7df0-87e9-a447213a2d27"

    @pytest.mark.parametrize(
        "other", [("q", "1", 0), ("p", "2", 0), ("p", "1", 1), ("p1", "", 0), ("", "p1", 0)]
    )
    def test_differs_with_each_fact(self, other):
        assert read_id(*other, NOON) != read_id("p", "1", 0, NOON)

    @given(moments, st.text(max_size=5))
    def test_carries_its_time(self, moment, event):
        start, end = captured_between(read_id("p", event, 0, moment))

        assert start <= moment < end
        assert end - start == timedelta(milliseconds=1)

    @given(moments, moments)
    def test_is_ordered_by_time(self, one, other):
        if abs(one - other) >= timedelta(milliseconds=1):
            assert (read_id("p", "", 0, one) < read_id("p", "", 0, other)) == (one < other)


class TestEventNumber:
    def test_is_26_characters_that_survive_the_telephone(self):
        number = event_number(read_id("p", "1", 0, NOON))

        assert len(number) == 26
        assert not set(number) & set("ILOU")

    @given(moments, moments)
    def test_is_ordered_as_the_ids_are(self, one, other):
        ids = sorted([read_id("p", "", 0, one), read_id("p", "", 0, other)])

        assert [event_number(i) for i in ids] == sorted(event_number(i) for i in ids)


class TestIdentified:
    @few
    @given(reads)
    def test_is_stable_at_a_retry(self, read):
        first = identified(read, producer="p")
        retried = msgspec.structs.replace(read, received_at=NOON, retransmitted=True, late=True)

        assert identified(retried, producer="p").id == first.id
        assert identified(first, producer="p") == first
        assert decode_read(encode(first)) == first

    def test_keeps_what_the_sender_says(self):
        made = read_id("field", "1", 0, read_of().captured_at)
        passage = read_id("field", "0", 0, read_of().captured_at)

        read = identified(read_of(id=str(made), passage_id=str(passage)), producer="p")

        assert (read.id, read.passage_id) == (made, passage)
        assert read.event_number == event_number(made)

    def test_a_lone_read_is_its_own_passage(self):
        read = identified(read_of(), producer="p")

        assert read.passage_id == read.id

    @pytest.mark.parametrize(
        "other",
        [
            {"plate": "7XYZ999"},
            {"camera": "gate-2"},
            {"camera": {"ref_raw": "gate-1", "channel": "2"}},
            {"revision": 2},
            {"source_event_id": "8"},
            {"captured_at": "2026-01-02T03:04:05.678902Z"},
        ],
    )
    def test_tells_reads_of_one_message_apart(self, other):
        one, two = read_of(source_event_id="7"), read_of(**({"source_event_id": "7"} | other))

        assert identified(one, producer="p").id != identified(two, producer="p").id

    def test_two_senders_do_not_meet(self):
        assert identified(read_of(), producer="p").id != identified(read_of(), producer="q").id
