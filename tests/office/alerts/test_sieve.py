"""The sieve before the matching: it never loses what the database would find, whatever state a list is in."""

import random
import re
import threading
import time

import pytest
from django.db import OperationalError, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from platekeeper import plates
from platekeeper.office.alerts import sieve
from platekeeper.office.alerts.sieve import SIEVES, Sieve, numbers_of
from platekeeper.office.hotlists.models import HotList

from ..people import OWNER, an_agency
from ..streets import a_camera, a_list, a_list_of, a_read, an_empty_list, listed, put, take
from .test_matching import hits_of

CONFUSED = "0ODQ1I2Z5S8B6G7A"
texts = st.text(CONFUSED, min_size=1, max_size=plates.LONGEST_PLATE)
in_part = st.text(CONFUSED + "?*", min_size=1, max_size=6)


def sifted(agency, *texts):
    with transaction.atomic(using="ingest"):
        return SIEVES.sift(agency.pk, texts)


def slowly(seen: list[str], entries: list[str], partial: list[str]) -> set[int]:
    """Say which plates may stand on a list, one comparison at a time."""
    forms = [re.compile(key.replace("?", ".").replace("*", ".*")) for key in map(plates.match_key, partial)]
    return {
        place
        for place, text in enumerate(seen)
        if any(plates.fold(text) == plates.fold(entry) for entry in entries)
        or any(form.fullmatch(plates.match_key(text)) for form in forms)
    }


class TestSieve:
    @given(seen=st.lists(texts, min_size=1), entries=st.lists(texts), partial=st.lists(in_part, max_size=3))
    def test_catches_what_a_comparison_with_each_entry_finds_and_nothing_else(self, seen, entries, partial):
        seen = seen + entries[:2]
        made = Sieve(numbers_of(entries), map(plates.match_key, partial))

        assert made.caught(seen, numbers_of(seen)) == slowly(seen, entries, partial)

    def test_finds_each_of_many(self):
        draw = random.Random(5)
        entries = ["".join(draw.choices(CONFUSED, k=draw.randint(1, 16))) for _ in range(20_000)]
        made = Sieve(numbers_of(entries))

        assert made.caught(entries, numbers_of(entries)) == set(range(len(entries)))

    def test_keeps_a_long_list_in_little_memory(self):
        entries = [f"{number:07d}" for number in range(100_000)]

        assert Sieve(numbers_of(entries)).size_bytes <= 24 * len(entries)


class TestSift:
    def test_makes_the_same_hits_as_the_database_alone(self, owner, monkeypatch):
        draw = random.Random(7)
        written = ["".join(draw.choices(CONFUSED, k=draw.choice((2, 7, 7, 12)))) for _ in range(120)]
        seen = [text.translate(str.maketrans("0815Z", draw.choice(("0815Z", "OBIS2")))) for text in written]
        found = []
        for alone in (False, True):
            if alone:
                monkeypatch.setattr(sieve, "sieve_of", lambda *_: None)
            agency = an_agency()
            a_list_of(agency, [listed(text) for text in written[:50]])
            a_list_of(agency, [listed(text) for text in written[50:90]], lookalikes=False)
            own = an_empty_list(agency)
            HotList.objects.using(OWNER).filter(pk=own.pk).update(is_own=True)
            put(own, [listed("8?Z*"), listed("*A7"), listed(written[95])])
            camera = a_camera(agency)
            take(agency, *(a_read(camera, text, source_event_id=str(n)) for n, text in enumerate(seen)))
            assert bool(sifted(agency, "A").unread) is alone
            found.append(hits_of(owner, agency))

        assert len(found[0]) > 20
        assert found[0] == found[1]

    def test_reads_a_version_in_by_parts(self, monkeypatch):
        monkeypatch.setattr(sieve, "_AT_ONCE", 2)
        agency = an_agency()
        entries = [f"8ABC12{digit}" for digit in range(5)]
        a_list(agency, *entries)

        assert sifted(agency, *entries, "7XYZ890") == sieve.Sifted({0, 1, 2, 3, 4}, [])

    def test_is_there_for_a_connection_s_very_first_batch(self):
        agency = an_agency()
        a_list(agency, "8ABC123")
        camera = a_camera(agency)
        taken = []

        def first() -> None:
            taken.append(take(agency, a_read(camera, "8ABC123")).receipt.hits)
            connections.close_all()

        thread = threading.Thread(target=first)
        thread.start()
        thread.join()

        assert taken == [1]

    def test_leaves_a_long_version_to_the_database_until_it_is_read_in(self, monkeypatch):
        monkeypatch.setattr(sieve, "MOST_AT_ONCE", 0)
        agency = an_agency()
        a_list(agency, "8ABC123")

        assert take(agency, a_read(a_camera(agency), "BABC123")).receipt.hits == 1

        until = time.monotonic() + 30
        while sifted(agency, "8ABC123").unread and time.monotonic() < until:
            time.sleep(0.01)
        assert sifted(agency, "7XYZ890", "BABC123") == sieve.Sifted({1}, [])
        assert take(agency, a_read(a_camera(agency), "8ABC123")).receipt.hits == 1

    def test_knows_an_entry_from_the_batch_after_it_came_into_force(self):
        agency = an_agency()
        hot_list = a_list(agency, "8ABC123")
        assert take(agency, a_read(a_camera(agency), "7XYZ890")).receipt.hits == 0

        put(hot_list, [listed("8ABC123"), listed("7XYZ890")])

        assert take(agency, a_read(a_camera(agency), "7XYZ890")).receipt.hits == 1
        assert sifted(agency, "6DEF456") == sieve.Sifted(set(), [])

    @pytest.mark.parametrize("told", [0, 1, 3])
    def test_does_not_believe_a_version_that_has_another_number_of_entries_than_it_says(self, told, owner):
        agency = an_agency()
        hot_list = a_list(agency, "7XYZ890", "8ABC123")
        owner.execute("UPDATE hot_list_version SET accepted = %s WHERE hot_list_id = %s", [told, hot_list.pk])

        assert sifted(agency, "8ABC123") == sieve.Sifted(set(), [hot_list.current_id])
        assert take(agency, a_read(a_camera(agency), "8ABC123")).receipt.hits == 1

    def test_tries_again_after_a_version_could_not_be_read(self, monkeypatch):
        agency = an_agency()
        a_list(agency, "8ABC123")

        def broken(*_):
            raise OperationalError("the connection is gone")

        with monkeypatch.context() as patched:
            patched.setattr(sieve, "sieve_of", broken)
            with pytest.raises(OperationalError):
                sifted(agency, "8ABC123")

        assert sifted(agency, "8ABC123") == sieve.Sifted({0}, [])
