"""What every access asks is planned once a connection (ADR 0013)."""

import pytest
from django.db import DatabaseError, connections

from platekeeper.office.statements import Ask, ask_in_one_go, ask_together, asking_together, prepared

_KNOWN = "SELECT count(*) FROM pg_prepared_statements WHERE statement = %s"


class TestPrepared:
    def test_statements_stay_prepared_in_the_database(self):
        for _ in range(2):
            with prepared() as cursor:
                cursor.execute("SELECT 41 + %s", [1], prepare=True)

        with connections["default"].cursor() as cursor:
            cursor.execute(_KNOWN, ["SELECT 41 + $1"])
            assert cursor.fetchone() == (1,)

    def test_statements_of_django_are_not(self):
        for _ in range(20):
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT 42 + %s", [1])

        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["SELECT 42%"]
            )
            assert cursor.fetchone() == (0,)


class TestAskTogether:
    def test_gives_each_its_own_rows(self):
        asks = [Ask("SELECT %s::int", [number]) for number in range(3)]

        assert ask_together(*asks) == [[(0,)], [(1,)], [(2,)]]

    def test_asks_nothing_of_nobody(self):
        assert ask_together() == []


class TestAskingTogether:
    def test_has_no_answers_before_the_block_ends(self):
        with asking_together(Ask("SELECT 1"), Ask("SELECT 2")) as told:
            meanwhile = list(told)

        assert (meanwhile, told) == ([], [[(1,)], [(2,)]])

    def test_leaves_a_usable_connection_whatever_failed(self):
        with pytest.raises(DatabaseError), asking_together(Ask("SELECT 1 / %s::int", [0])):
            pass
        with pytest.raises(KeyError), asking_together(Ask("SELECT 1")):
            raise KeyError

        assert ask_together(Ask("SELECT 3")) == [[(3,)]]


class TestAskInOneGo:
    def test_gives_out_nothing_of_a_transaction_that_fails_at_its_very_end(self, owner):
        """An answer given out before the commit would be one whose record may not be on the disk (ADR 0011)."""
        owner.execute("CREATE TABLE late (number integer UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        owner.execute("GRANT SELECT, INSERT ON late TO web")
        twice = Ask("INSERT INTO late SELECT 1 FROM generate_series(1, 2) RETURNING 1")

        with pytest.raises(DatabaseError):
            ask_in_one_go(Ask("SELECT 1"), twice)

        connections["default"].close()  # as at the end of a request
        assert ask_in_one_go(Ask("SELECT 1")) == [[(1,)]]
        owner.execute("DROP TABLE late")
