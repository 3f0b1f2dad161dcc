"""Sealed pictures: unreadable on disk, proven when opened, gone with their key (promise 5)."""

import hashlib
import secrets
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.office.reads.vault import Vault, VaultError

from ..streets import a_jpeg

MARCH, APRIL = "2026-03-14", "2026-04-14"


@pytest.fixture
def vault(tmp_path) -> Vault:
    return Vault(folder=tmp_path / "images", master_key=secrets.token_bytes(32))


def sealed(vault: Vault, content: bytes, *, agency_id: int = 1, key_name: str = MARCH) -> tuple[bytes, bytes]:
    """Return the picture's digest and the wrapped key that sealed it."""
    wrapped = vault.new_key(agency_id, key_name)
    return vault.seal(content, agency_id=agency_id, key_name=key_name, wrapped=wrapped), wrapped


def files(vault: Vault) -> list:
    return [path for path in vault.folder.rglob("*") if path.is_file()]


class TestOpening:
    def test_is_refused_when_a_byte_was_changed(self, vault):
        digest, wrapped = sealed(vault, a_jpeg())
        (file,) = files(vault)
        good = file.read_bytes()

        for place in (0, 11, 12, len(good) // 2, len(good) - 1):
            file.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
            with pytest.raises(VaultError, match="changed since it was stored"):
                vault.open(digest, agency_id=1, key_name=MARCH, wrapped=wrapped)

    @pytest.mark.parametrize("length", [0, 5, 12, 20])
    def test_is_refused_when_the_file_was_cut(self, length, vault):
        digest, wrapped = sealed(vault, a_jpeg())
        (file,) = files(vault)
        file.write_bytes(file.read_bytes()[:length])

        with pytest.raises(VaultError, match="changed since it was stored"):
            vault.open(digest, agency_id=1, key_name=MARCH, wrapped=wrapped)

    def test_is_refused_when_another_picture_lies_in_its_place(self, vault):
        wrapped = vault.new_key(1, MARCH)
        one, other = (vault.seal(a_jpeg(), agency_id=1, key_name=MARCH, wrapped=wrapped) for _ in range(2))
        first, second = (vault._path(1, MARCH, digest) for digest in (one, other))
        second.write_bytes(first.read_bytes())

        with pytest.raises(VaultError, match="changed since it was stored"):
            vault.open(other, agency_id=1, key_name=MARCH, wrapped=wrapped)

    @pytest.mark.parametrize(("agency_id", "key_name"), [(2, MARCH), (1, APRIL)])
    def test_is_refused_when_the_file_was_moved_to_another_agency_or_day(self, agency_id, key_name, vault):
        digest, _ = sealed(vault, a_jpeg())
        moved = vault._path(agency_id, key_name, digest)
        moved.parent.mkdir(parents=True)
        files(vault)[0].rename(moved)

        with pytest.raises(VaultError):
            vault.open(
                digest, agency_id=agency_id, key_name=key_name, wrapped=vault.new_key(agency_id, key_name)
            )

    @pytest.mark.parametrize(("agency_id", "key_name"), [(2, MARCH), (1, APRIL)])
    def test_is_refused_with_the_key_of_another_agency_or_day(self, agency_id, key_name, vault):
        digest, _ = sealed(vault, a_jpeg())

        with pytest.raises(VaultError, match="master key"):
            vault.open(digest, agency_id=1, key_name=MARCH, wrapped=vault.new_key(agency_id, key_name))

    def test_is_refused_with_another_master_key(self, vault):
        digest, wrapped = sealed(vault, a_jpeg())
        stolen = replace(vault, master_key=secrets.token_bytes(32))

        with pytest.raises(VaultError, match=r"restore secrets/master\.key"):
            stolen.open(digest, agency_id=1, key_name=MARCH, wrapped=wrapped)

    def test_is_impossible_once_the_key_is_destroyed(self, vault):
        digest, _ = sealed(vault, a_jpeg())

        # a purge destroys the wrapped key; a new one for the same day opens nothing of before
        with pytest.raises(VaultError, match="changed since it was stored"):
            vault.open(digest, agency_id=1, key_name=MARCH, wrapped=vault.new_key(1, MARCH))

    def test_tells_that_the_file_is_missing(self, vault):
        digest, wrapped = sealed(vault, a_jpeg())
        files(vault)[0].unlink()

        with pytest.raises(VaultError, match="missing: restore it"):
            vault.open(digest, agency_id=1, key_name=MARCH, wrapped=wrapped)

    @given(content=st.binary(min_size=1, max_size=2000))
    def test_gives_the_very_bytes(self, content, tmp_path_factory):
        vault = Vault(folder=tmp_path_factory.mktemp("images"), master_key=bytes(32))
        digest, wrapped = sealed(vault, content)

        assert digest == hashlib.sha256(content).digest()
        assert vault.open(digest, agency_id=1, key_name=MARCH, wrapped=wrapped) == content


class TestSweeping:
    def test_removes_what_a_killed_writer_left_and_no_picture(self, vault):
        sealed(vault, a_jpeg())
        sealed(vault, a_jpeg(), key_name=APRIL)
        mine, others = sorted(files(vault))
        for file in (mine, others):
            file.with_name(f"{file.name}.90aafadf").write_bytes(b"half")

        vault.sweep(1, MARCH)
        vault.sweep(2, MARCH)

        assert sorted(files(vault)) == [mine, others, others.with_name(f"{others.name}.90aafadf")]


class TestSealing:
    def test_leaves_nothing_readable_on_disk(self, vault):
        content = a_jpeg(5000)
        sealed(vault, content)

        (file,) = files(vault)
        written = file.read_bytes()
        assert b"\xff\xd8\xff" not in written[:20]
        assert all(content[start : start + 16] not in written for start in range(0, 5000, 16))

    def test_of_the_same_picture_never_looks_the_same(self, vault, tmp_path):
        content = a_jpeg()
        again = Vault(folder=tmp_path / "other", master_key=vault.master_key)
        wrapped = vault.new_key(1, MARCH)

        for one in (vault, again):
            one.seal(content, agency_id=1, key_name=MARCH, wrapped=wrapped)

        assert files(vault)[0].read_bytes() != files(again)[0].read_bytes()

    def test_of_the_same_picture_again_changes_nothing(self, vault):
        content = a_jpeg()
        wrapped = vault.new_key(1, MARCH)
        vault.seal(content, agency_id=1, key_name=MARCH, wrapped=wrapped)
        before = files(vault)[0].read_bytes()

        vault.seal(content, agency_id=1, key_name=MARCH, wrapped=wrapped)

        assert [file.read_bytes() for file in files(vault)] == [before]

    def test_says_what_to_do_where_it_cannot_write(self, vault):
        vault.folder.write_text("a file where the folder should be")

        with pytest.raises(VaultError, match="free space under the data folder"):
            sealed(vault, a_jpeg())

    def test_is_closed_to_other_accounts(self, vault):
        sealed(vault, a_jpeg())

        assert vault.folder.stat().st_mode & 0o077 == 0

    def test_keys_are_never_the_same(self, vault):
        assert vault.new_key(1, MARCH) != vault.new_key(1, MARCH)
