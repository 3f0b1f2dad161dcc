import json
import subprocess
import sys

import pytest

from platekeeper.evidence.timestamps import RemoteAuthority, StampError, certificates_in, stamped_at
from platekeeper.evidence.verify import STAMP

from .authority import NOW, Authority
from .boxes import a_zip, verdict_of


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def remote(authority):
    with authority.listening() as url:
        yield RemoteAuthority(url, certificates_in(authority.pem))


class TestStamp:
    def test_of_an_unknown_authority_is_refused(self, authority, remote):
        stranger = RemoteAuthority(remote.url, certificates_in(Authority().pem))

        with pytest.raises(StampError, match="does not hold"):
            stranger.stamp(b"manifest")

    def test_that_is_refused_is_said(self, authority, remote):
        authority.refuses = True
        try:
            with pytest.raises(StampError):
                remote.stamp(b"manifest")
        finally:
            authority.refuses = False

    def test_an_authority_that_is_not_there_is_said(self, authority):
        with pytest.raises(StampError, match="does not answer"):
            RemoteAuthority("http://127.0.0.1:9/", certificates_in(authority.pem)).stamp(b"manifest")

    @pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/", "stamps"])
    def test_no_other_address_is_asked(self, authority, url):
        with pytest.raises(StampError, match="no URL"):
            RemoteAuthority(url, certificates_in(authority.pem)).stamp(b"manifest")

    def test_is_over_the_message_and_no_other(self, authority, remote):
        stamp = remote.stamp(b"manifest")

        assert stamped_at(stamp, b"manifest", remote.roots) == NOW
        with pytest.raises(StampError, match="does not hold"):
            stamped_at(stamp, b"manifesto", remote.roots)

    def test_what_is_none_is_refused(self, remote):
        with pytest.raises(StampError, match="no answer"):
            stamped_at(b"stamp", b"manifest", remote.roots)

    def test_what_holds_no_certificate_is_refused(self):
        with pytest.raises(StampError, match="no certificate"):
            certificates_in(b"none")


class TestStampedPackage:
    @pytest.fixture
    def package(self, remote, authority, tmp_path):
        (tmp_path / "package.zip").write_bytes(a_zip(remote.stamp))
        (tmp_path / "roots.pem").write_bytes(authority.pem)
        return tmp_path

    def ran(self, *arguments):
        command = [
            sys.executable,
            "-c",
            "from platekeeper.cli import main; main()",
            "evidence",
            *map(str, arguments),
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_carries_the_stamp_among_its_sealed_files(self, package):
        content = (package / "package.zip").read_bytes()

        assert verdict_of(content).holds
        assert content.count(STAMP.encode()) == 4  # header, directory, both tag manifests

    def test_the_command_checks_it(self, package):
        done = self.ran("verify", package / "package.zip", "--stamped-by", package / "roots.pem", "--json")

        assert done.returncode == 0, done.stderr
        assert "stamped by that authority on 2026-03-02 10:15:00 UTC" in json.loads(done.stdout)["sentence"]

    def test_the_command_refuses_another_authoritys(self, package):
        (package / "roots.pem").write_bytes(Authority().pem)

        done = self.ran("verify", package / "package.zip", "--stamped-by", package / "roots.pem")

        assert (done.returncode, "time stamp does not hold" in done.stdout) == (1, True)

    def test_the_command_writes_it_to_a_medium_once(self, package):
        first = self.ran("write", package / "package.zip", package / "medium")
        again = self.ran("write", package / "package.zip", package / "medium")

        assert first.returncode == 0, first.stderr
        assert (package / "medium" / STAMP).is_file()
        assert (again.returncode, "is there already" in again.stderr) == (1, True)
