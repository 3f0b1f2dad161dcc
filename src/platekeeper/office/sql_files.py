"""Runs a named .sql file of the package as a migration; each file is executed once, by the owner."""

from importlib import resources

from django.db import migrations


class SqlFile(migrations.RunSQL):
    """The operation that executes a file; it keeps the file's name, so that a database can say what it was made of."""

    def __init__(self, package: str, name: str) -> None:
        """Read the file.

        Args:
            package: the package whose `sql` folder (or top, for the ledger) holds it.
            name: the file's name.
        """
        self.file = f"{package}/{name}"
        self.text = resources.files(package).joinpath(name).read_text("utf-8")
        # one string with no parameters goes to the server as a whole, so bodies of functions need no splitting
        super().__init__([(self.text, None)], migrations.RunSQL.noop)


def run_sql_file(package: str, name: str) -> SqlFile:
    """Return the migration operation that executes a file of SQL as it stands.

    Args:
        package: the package whose `sql` folder (or top, for the ledger) holds it.
        name: the file's name.
    """
    return SqlFile(package, name)
