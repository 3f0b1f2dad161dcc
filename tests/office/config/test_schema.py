"""What a database was made of: another version's, or another state's, is refused by a sentence before anything runs."""

from collections.abc import Iterator

import psycopg
import pytest

from platekeeper.office.config.schema import Part, SchemaError, note_schema, parts, refuse_other_schema

GATE = "platekeeper.office.access/sql/gate.sql"
GREETING = Part("greeting.0001_initial", "aa", {"greeting/sql/greet.sql": "old"})
AGAIN = Part("greeting.0002_again", "bb", {"greeting/sql/greet.sql": "new"})


@pytest.fixture
def changing(owner: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A connection whose changes the database never keeps."""
    with owner.transaction(force_rollback=True):
        yield owner


class TestRefuseOtherSchema:
    @pytest.mark.parametrize("name", [GATE, "access.0001_initial"])
    def test_is_said_where_a_text_was_another(self, changing, name):
        changing.execute("UPDATE made_of SET sha256 = 'another' WHERE name = %s", [name])

        with pytest.raises(
            SchemaError, match=rf"another text of {name} .*: use the one that last ran on it, or"
        ):
            refuse_other_schema(changing, parts())

    def test_is_said_where_a_newer_version_made_more(self, changing):
        changing.execute("INSERT INTO made_of VALUES ('access.0099_later', 'x')")

        with pytest.raises(SchemaError, match=r"knows access\.0099_later, which this version .* does not"):
            refuse_other_schema(changing, parts())

    def test_is_said_where_nothing_was_kept(self, changing):
        changing.execute("DROP TABLE made_of")

        with pytest.raises(SchemaError, match=r"early state of Platekeeper 0\.1\.0"):
            refuse_other_schema(changing, parts())

    def test_is_said_where_a_file_was_changed_that_nothing_executes_again(self, changing):
        note_schema(changing, [*parts(), GREETING])
        changed = Part(GREETING.name, GREETING.sha256, AGAIN.files)

        with pytest.raises(SchemaError, match=r"greet\.sql"):
            refuse_other_schema(changing, [*parts(), changed])

    def test_is_not_said_where_a_migration_to_come_executes_the_changed_file(self, changing):
        note_schema(changing, [*parts(), GREETING])
        changed = Part(GREETING.name, GREETING.sha256, AGAIN.files)

        refuse_other_schema(changing, [*parts(), changed, AGAIN])

    def test_is_not_said_of_a_database_that_this_version_made(self, owner):
        refuse_other_schema(owner, parts())


class TestParts:
    def test_are_all_of_ours_and_none_of_others(self, owner):
        names = {part.name for part in parts()}
        applied = owner.execute("SELECT app || '.' || name FROM django_migrations").fetchall()

        assert names < {name for (name,) in applied}
        assert {"access.0001_initial", "search.0003_lanes"} < names
        assert not any(name.startswith(("auth.", "account.", "mfa.")) for name in names)

    def test_name_the_files_that_they_execute(self):
        assert GATE in next(part for part in parts() if part.name == "access.0001_initial").files
