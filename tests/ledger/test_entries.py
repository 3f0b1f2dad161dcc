import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.errors import PlatekeeperError
from platekeeper.ledger.entries import Entry, EntryError, StoredEntry, time_of, time_text
from platekeeper.ledger.verify import Fault, Head, chain_hash, details_digest, leaf_hash, take_entry

from .simulator import START, LedgerSimulator

ENTRY = Entry(1, START, "redondo-beach", "access.opened", "officer.jones", "access-1", bytes(range(32)))

texts = st.text(max_size=12)
slugs = st.lists(st.text("amz09", min_size=1, max_size=4), min_size=1, max_size=3).map("-".join)
entries = st.builds(
    Entry,
    sequence=st.integers(1, 2**63 - 1),
    entry_at=st.datetimes(timezones=st.just(UTC)),
    agency=st.just("") | slugs,
    event=st.builds("{}.{}".format, slugs, slugs),
    actor=texts,
    subject=texts,
    details_digest=st.binary(min_size=32, max_size=32),
)


class TestTime:
    @pytest.mark.parametrize(
        "text",
        ["", "2026-03-02", "2026-03-02T10:15:00Z", "2026-03-02T10:15:00.000000", "2026-02-30T10:15:00.000000Z",
         "2026-03-02T10:15:00.000000+00:00", "2026-03-02 10:15:00.000000Z", "0001-01-01T00:00:00.000000+23:59"],
    )  # fmt: skip
    def test_is_read_in_one_spelling_only(self, text):
        with pytest.raises(EntryError, match="not a time of the ledger"):
            time_of(text)

    def test_is_refused_without_a_zone(self):
        with pytest.raises(ValueError, match="time zone"):
            time_text(datetime(2026, 3, 2))

    def test_is_written_in_utc(self):
        pacific = timezone(timedelta(hours=-8))

        assert time_text(datetime(2026, 3, 2, 2, 15, tzinfo=pacific)) == "2026-03-02T10:15:00.000000Z"

    @given(st.datetimes(timezones=st.just(UTC)))
    def test_comes_back_from_its_text(self, moment):
        assert time_of(time_text(moment)) == moment

    @given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
    def test_texts_are_ordered_as_the_times_are(self, one, other):
        assert (time_text(one) < time_text(other)) == (one < other)


class TestEntry:
    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"sequence": 0}, "sequence"),
            ({"sequence": 2**63}, "sequence"),
            ({"agency": "Redondo Beach"}, "short name"),
            ({"agency": "milpitas\n"}, "short name"),
            ({"event": "opened"}, "object.past-tense"),
            ({"event": "access.opened\n"}, "object.past-tense"),
            ({"event": "a.b.c"}, "object.past-tense"),
            ({"details_digest": b""}, "32 bytes"),
            ({"actor": "\ud800"}, "not Unicode"),
            ({"subject": "\udfff"}, "not Unicode"),
        ],
    )
    def test_is_refused_with_a_value_that_no_entry_has(self, fields, sentence):
        with pytest.raises(EntryError, match=sentence) as refusal:
            replace(ENTRY, **fields)

        assert isinstance(refusal.value, PlatekeeperError)

    @given(entries)
    def test_comes_back_from_its_bytes(self, entry):
        assert Entry.decoded(entry.canonical) == entry

    @given(entries, entries)
    def test_has_bytes_that_no_other_entry_has(self, one, other):
        assert (one.canonical == other.canonical) == (one == other)

    @given(st.binary(max_size=300))
    def test_is_not_read_from_other_bytes(self, data):
        with pytest.raises(EntryError, match="not a ledger entry"):
            Entry.decoded(data)

    @given(entries, st.data())
    def test_with_any_bit_flipped_is_none_or_another(self, entry, data):
        canonical = bytearray(entry.canonical)
        bit = data.draw(st.integers(0, len(canonical) * 8 - 1))
        canonical[bit // 8] ^= 1 << bit % 8

        try:
            other = Entry.decoded(bytes(canonical))
        except EntryError:
            return

        assert other != entry
        assert other.leaf_hash != entry.leaf_hash

    def test_is_hashed_as_a_leaf(self):
        assert ENTRY.leaf_hash == leaf_hash(ENTRY.canonical)


class TestStoredEntry:
    @given(entries, texts, st.booleans())
    def test_has_a_line_that_the_verifier_reads_as_the_entry(self, entry, details, detailed):
        salt = bytes(16)
        entry = replace(entry, sequence=1, details_digest=details_digest(salt, details.encode()))
        stored = StoredEntry(entry, entry.leaf_hash, chain_hash(bytes(32), entry.leaf_hash))
        stored = replace(stored, salt=salt, details=details) if detailed else stored

        fields = take_entry(Head(), stored.line())

        assert fields is not None
        assert fields[1:6] == [
            text.encode()
            for text in (time_text(entry.entry_at), entry.agency, entry.event, entry.actor, entry.subject)
        ]

    @pytest.mark.parametrize("code", range(128))
    def test_spells_a_character_in_one_way(self, code):
        line = LedgerSimulator().append(actor=chr(code)).line()
        spelled = json.dumps(chr(code), ensure_ascii=False).encode()

        assert take_entry(Head(), line)[4] == bytes([code])
        for other in {b'"\\u%04x"' % code, b'"\\u%04X"' % code, b'"%c"' % code, b'"\\%c"' % code} - {spelled}:
            with pytest.raises(Fault):
                take_entry(Head(), line.replace(b'"actor":' + spelled, b'"actor":' + other))

    def test_tells_only_its_hashes_where_it_is_withheld(self):
        stored = LedgerSimulator().append()

        assert stored.line(withheld=True) == (
            b'{"sequence":1,"leaf_hash":"%b","chain_hash":"%b"}\n'
            % (stored.leaf_hash.hex().encode(), stored.chain_hash.hex().encode())
        )
