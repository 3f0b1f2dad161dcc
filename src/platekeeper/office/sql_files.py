"""Runs a named .sql file of the package as a migration; each file is executed once, by the owner."""

from importlib import resources

from django.db import migrations


def run_sql_file(package: str, name: str) -> migrations.RunSQL:
    """Return the migration operation that executes a file of SQL as it stands.

    Args:
        package: the package whose `sql` folder (or top, for the ledger) holds it.
        name: the file's name.
    """
    text = resources.files(package).joinpath(name).read_text("utf-8")
    # one string with no parameters goes to the server as a whole, so bodies of functions need no splitting
    return migrations.RunSQL([(text, None)], migrations.RunSQL.noop)
