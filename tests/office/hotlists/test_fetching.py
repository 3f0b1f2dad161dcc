"""Lists are fetched on a schedule, whole or not at all, from servers that prove who they are."""

import asyncio
import contextlib
import shutil
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import asyncssh
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from platekeeper.office.hotlists import fetching, sources
from platekeeper.office.hotlists.fetching import checked_url, fetch
from platekeeper.office.hotlists.models import HotListEntry, ListSource
from platekeeper.office.hotlists.sources import fetch_due, secrets_folder, set_source
from platekeeper.office.hotlists.tasks import report_sources
from platekeeper.office.hotlists.versions import HotListError
from platekeeper.office.notices.models import Notice
from platekeeper.policy import Role

from ..people import OWNER, a_person, an_agency
from .files import a_downloaded_list

LIST = b"plate,state,category\n8ABC123,CA,V\n7XYZ890,CA,P\n"


class Source(BaseHTTPRequestHandler):
    """Answers as the test says: a status, a body, or less of it than it promised."""

    def do_GET(self) -> None:
        server = self.server
        server.asked.append(dict(self.headers))
        if server.tag and self.headers.get("If-None-Match") == server.tag:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(server.status)
        if server.status == 302:
            self.send_header("Location", "https://elsewhere.example/list.csv")
        self.send_header("Content-Length", str(len(server.body) + server.missing))
        if server.tag:
            self.send_header("ETag", server.tag)
        self.end_headers()
        for byte in server.drip:
            with contextlib.suppress(OSError):
                self.wfile.write(bytes([byte]))
            time.sleep(0.02)
        self.wfile.write(server.body[len(server.drip) :])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def a_certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, secret = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, secret


@pytest.fixture
def https(tmp_path, monkeypatch) -> Iterator[HTTPServer]:
    certificate, key = a_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = HTTPServer(("127.0.0.1", 0), Source)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.body, server.status, server.missing, server.tag, server.drip, server.asked = (
        LIST,
        200,
        0,
        "",
        b"",
        [],
    )
    server.url = f"https://localhost:{server.server_port}/lists/svs.csv"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def inbox(tmp_path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def a_source(url: str, *, agency=None, **changes) -> ListSource:
    hot_list = a_downloaded_list(agency or an_agency())
    given = {
        "layout": "csv",
        "category": "",
        "every": timedelta(hours=12),
        "secrets": {},
        "actor": "admin.one",
    }
    return set_source(hot_list=hot_list, url=url, **(given | changes))


def fetched(source: ListSource, now: datetime) -> int:
    return fetch_due(now, source.hot_list.agency)


def plates_of(source: ListSource) -> list[str]:
    source.hot_list.refresh_from_db(using=OWNER)
    version = source.hot_list.current_id
    return sorted(
        HotListEntry.objects.using(OWNER).filter(version_id=version).values_list("plate", flat=True)
    )


class TestAddress:
    @pytest.mark.parametrize(
        "url",
        ["", "list.csv", "http://lists.example/a.csv", "ftp://lists.example/a", "https:///a.csv", "https://host", "https://host/",
         "sftp://user:secret@host/a", "https://user:secret@host/a", "file://host/folder", "gopher://host/a"],
    )  # fmt: skip
    def test_that_is_none_or_not_safe_is_refused(self, url):
        with pytest.raises(HotListError):
            checked_url(url)

    @pytest.mark.parametrize("every", [timedelta(0), timedelta(seconds=59), timedelta(days=1, minutes=1)])
    def test_is_asked_at_least_daily(self, every):
        with pytest.raises(HotListError, match="HOT-03"):
            a_source("https://lists.example/a.csv", every=every)


class TestHttps:
    def test_brings_the_file_into_force_and_again_only_when_it_changed(self, https):
        https.tag = '"1"'
        source = a_source(https.url)
        now = timezone.now()

        first = fetched(source, now)
        again = fetched(source, now + timedelta(hours=13))

        assert (first, again) == (1, 0)
        assert plates_of(source) == ["7XYZ890", "8ABC123"]
        assert source.hot_list.fetched_at == now + timedelta(hours=13)
        assert https.asked[-1]["If-None-Match"] == '"1"'

    def test_is_left_alone_between(self, https):
        source = a_source(https.url)
        now = timezone.now()

        fetched(source, now)
        fetched(source, now + timedelta(hours=11))

        assert len(https.asked) == 1

    def test_sends_the_token_to_its_host_and_follows_nowhere(self, https, tmp_path):
        token = tmp_path / "token"
        token.write_text("s3cret\n")
        source = a_source(https.url, secrets={"token": token})
        https.status = 302

        fetched(source, timezone.now())

        source.refresh_from_db(using=OWNER)
        assert https.asked[0]["Authorization"] == "Bearer s3cret"
        assert source.error.startswith("The source answered 302")
        assert (secrets_folder(source.hot_list) / "token").stat().st_mode & 0o077 == 0

    def test_that_trickles_without_end_keeps_nothing_else_from_its_turn(self, https, monkeypatch):
        monkeypatch.setattr(fetching, "_LONGEST_S", 0.2)
        https.drip = LIST
        source = a_source(https.url)

        fetched(source, timezone.now())

        source.refresh_from_db(using=OWNER)
        assert source.error.startswith("The source did not deliver within half an hour")

    @pytest.mark.parametrize(
        ("trouble", "said"),
        [
            ({"status": 404}, "answered 404"),
            ({"missing": 10}, r"Only 48 of 58 bytes|broke off"),
            ({"body": b""}, "empty"),
        ],
    )
    def test_that_fails_leaves_the_old_version_in_force(self, trouble, said, https):
        source = a_source(https.url)
        now = timezone.now()
        fetched(source, now)
        for name, value in trouble.items():
            setattr(https, name, value)

        fetched(source, now + timedelta(hours=13))

        source.refresh_from_db(using=OWNER)
        assert plates_of(source) == ["7XYZ890", "8ABC123"]
        assert source.failures == 1
        assert source.error

    def test_of_a_server_that_cannot_prove_who_it_is_is_refused(self, https, monkeypatch, inbox, tmp_path):
        monkeypatch.delenv("SSL_CERT_FILE")

        with pytest.raises(HotListError, match="cannot be reached"):
            fetch(https.url, into=inbox, secrets=tmp_path)

        assert https.asked == []

    def test_that_fails_is_tried_again_soon_and_told_after_three(self, https):
        agency = an_agency()
        admin = a_person(agency, Role.ADMINISTRATOR)
        source = a_source(https.url, agency=agency)
        https.status = 503
        now = timezone.now()

        for minutes in (0, 5, 10, 20):
            fetched(source, now + timedelta(minutes=minutes))
        report_sources(now)

        source.refresh_from_db(using=OWNER)
        assert source.failures == 3
        assert "could not be fetched 3 times" in Notice.objects.filter(recipient=admin)[0].subject


class TestFolder:
    def test_takes_a_file_that_no_longer_grows(self, tmp_path):
        folder = tmp_path / "drop"
        folder.mkdir()
        source = a_source(folder.as_uri())
        sources._SEEN.clear()
        (folder / "svs.csv").write_bytes(LIST)
        now = timezone.now()

        looks = [fetched(source, now + timedelta(minutes=n)) for n in range(2)]

        assert looks == [0, 1]
        assert plates_of(source) == ["7XYZ890", "8ABC123"]

    def test_that_is_gone_is_said(self, tmp_path):
        source = a_source((tmp_path / "nowhere").as_uri())

        fetched(source, timezone.now())

        source.refresh_from_db(using=OWNER)
        assert "cannot be watched" in source.error


class _Server(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True


@pytest.fixture
def sftp(tmp_path) -> Iterator[dict[str, Path | int]]:
    """A real SFTP server on loopback that knows one key, and the client's files."""
    root = tmp_path / "served"
    root.mkdir()
    (root / "sfr list.csv").write_bytes(LIST)
    host, client = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    client.write_private_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o600)
    client.write_public_key(tmp_path / "authorized")
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    found: dict[str, object] = {}

    async def serve() -> None:
        found["acceptor"] = await asyncssh.create_server(
            _Server, "127.0.0.1", 0, server_host_keys=[host], authorized_client_keys=str(tmp_path / "authorized"),
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(root)),
        )  # fmt: skip

    def run() -> None:
        loop.run_until_complete(serve())
        loop.call_soon(ready.set)  # only once it runs for ever: a stop that came before would be forgotten
        loop.run_forever()
        acceptor = found["acceptor"]
        acceptor.close()
        loop.run_until_complete(acceptor.wait_closed())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(20)
    port = found["acceptor"].get_port()
    public = host.export_public_key().decode().strip()
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{port} {public}\n")
    yield {"port": port, "key": tmp_path / "key", "known_hosts": tmp_path / "known_hosts"}
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


@pytest.mark.skipif(shutil.which("sftp") is None, reason="the program sftp is not installed here")
class TestSftp:
    def test_brings_the_file_into_force(self, sftp):
        url = f"sftp://police@127.0.0.1:{sftp['port']}/sfr%20list.csv"
        source = a_source(url, secrets={"key": sftp["key"], "known_hosts": sftp["known_hosts"]})

        assert fetched(source, timezone.now()) == 1
        assert plates_of(source) == ["7XYZ890", "8ABC123"]

    def test_of_a_server_with_another_key_is_refused(self, sftp, inbox, tmp_path):
        other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
        sftp["known_hosts"].write_text(f"[127.0.0.1]:{sftp['port']} {other}\n")

        with pytest.raises(HotListError, match="SFTP"):
            fetch(f"sftp://police@127.0.0.1:{sftp['port']}/sfr%20list.csv", into=inbox, secrets=tmp_path)

    @pytest.mark.parametrize("path", ["/none.csv", "/%22;rm.csv", "/a%0Ab"])
    def test_of_a_file_that_is_not_there_is_said(self, path, sftp, inbox, tmp_path):
        with pytest.raises(HotListError, match=r"SFTP|named|name it"):
            fetch(f"sftp://police@127.0.0.1:{sftp['port']}{path}", into=inbox, secrets=tmp_path)

    def test_without_key_is_refused(self, inbox, tmp_path):
        with pytest.raises(HotListError, match="key"):
            fetch("sftp://police@127.0.0.1:2222/a.csv", into=inbox, secrets=tmp_path / "none")
