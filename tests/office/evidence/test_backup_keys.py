import json
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from platekeeper.office.config.sealed_files import pieces_of, seal_file
from platekeeper.office.evidence.backup_keys import KeysError, KeysFile, Lock, SliceKeys, take_out
from platekeeper.office.evidence.backup_places import held_keys, note_place, places

MASTER = bytes(range(32))
OLD, NEW = (1, "2026-03-14"), (1, "2026-05-01+kept")


def pem_of(key, *, private: bool = False) -> bytes:
    if private:
        return key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@pytest.fixture
def keys(tmp_path) -> SliceKeys:
    keys = SliceKeys(tmp_path / "backup.keys", MASTER)
    keys.key_of(OLD)
    keys.key_of(NEW)
    keys.save()
    return keys


def a_file(keys: SliceKeys) -> KeysFile:
    images = ((1, "2026-03-14", "2026-03-15 00:00:00+00", "2026-03-14 00:00:00+00", "AAAA"),)
    return KeysFile({"master.key": MASTER}, images, tuple(keys.rows()))


class TestLock:
    def test_nothing_is_written_in_clear(self, keys, tmp_path):
        with pytest.raises(KeysError, match="never written in clear"):
            a_file(keys).write(tmp_path / "safe.json", Lock())

        assert not (tmp_path / "safe.json").exists()

    def test_a_short_passphrase_is_refused(self):
        with pytest.raises(KeysError, match="at least 12"):
            Lock.by_passphrase("elevenchars")

    @pytest.mark.parametrize("pem", [b"", b"no key", pem_of(Ed25519PrivateKey.generate())])
    def test_what_is_no_x25519_key_is_refused(self, pem):
        with pytest.raises(KeysError, match="X25519"):
            Lock.by_key(pem)

    def test_another_passphrase_does_not_open(self, keys, tmp_path):
        a_file(keys).write(tmp_path / "safe.json", Lock.by_passphrase("correct horse battery"))

        with pytest.raises(KeysError, match="does not open the keys file"):
            KeysFile.read(tmp_path / "safe.json", Lock.by_passphrase("another horse battery"))

    def test_a_public_key_locks_and_does_not_open(self, keys, tmp_path):
        private = X25519PrivateKey.generate()
        a_file(keys).write(tmp_path / "safe.json", Lock.by_key(pem_of(private)))

        with pytest.raises(KeysError, match="recipient's private key"):
            KeysFile.read(tmp_path / "safe.json", Lock.by_key(pem_of(private)))
        with pytest.raises(KeysError, match="recipient's private key"):
            KeysFile.read(tmp_path / "safe.json", Lock.by_passphrase("correct horse battery"))

    def test_its_private_key_opens(self, keys, tmp_path):
        private = X25519PrivateKey.generate()
        a_file(keys).write(tmp_path / "safe.json", Lock.by_key(pem_of(private)))

        opened = KeysFile.read(tmp_path / "safe.json", Lock.by_key(pem_of(private, private=True)))

        assert opened.secrets == {"master.key": MASTER}
        assert opened.slice_key(OLD) == keys.key_of(OLD)

    def test_keys_that_openssl_made_are_taken(self, tmp_path):
        made = subprocess.run(
            ["openssl", "genpkey", "-algorithm", "X25519"], capture_output=True, check=False
        )
        if made.returncode:
            pytest.skip("no openssl here that makes X25519 keys")
        assert Lock.by_key(made.stdout).key is not None


class TestKeysFile:
    def test_no_secret_stands_in_it(self, keys, tmp_path):
        a_file(keys).write(tmp_path / "safe.json", Lock.by_passphrase("correct horse battery"))

        content = (tmp_path / "safe.json").read_bytes()
        assert MASTER not in content
        assert MASTER.hex().encode() not in content
        assert (tmp_path / "safe.json").stat().st_mode & 0o777 == 0o600

    def test_loses_destroyed_keys_without_being_unlocked(self, keys, tmp_path):
        lock = Lock.by_passphrase("correct horse battery")
        a_file(keys).write(tmp_path / "safe.json", lock)

        assert take_out(tmp_path / "safe.json", images=set(), slices={NEW}) == 2
        assert take_out(tmp_path / "safe.json", images=set(), slices={NEW}) == 0

        opened = KeysFile.read(tmp_path / "safe.json", lock)
        assert opened.slice_key(OLD) is None
        assert opened.slice_key(NEW) == keys.key_of(NEW)
        assert opened.images == ()

    @pytest.mark.parametrize("content", [b"", b"[]", b'{"format": "other"}', b"\xff"])
    def test_what_is_none_is_refused(self, tmp_path, content):
        (tmp_path / "safe.json").write_bytes(content)

        with pytest.raises(KeysError, match="no keys file"):
            take_out(tmp_path / "safe.json", images=set(), slices=set())

    def test_a_missing_one_is_said(self, tmp_path):
        with pytest.raises(KeysError, match="cannot be read"):
            take_out(tmp_path / "safe.json", images=set(), slices=set())

    def test_a_place_that_is_not_there_is_said(self, keys, tmp_path):
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(KeysError, match="cannot be written"):
            a_file(keys).write(tmp_path / "file" / "safe.json", Lock.by_passphrase("correct horse battery"))


class TestSliceKeys:
    def test_a_forgotten_key_is_gone_for_good(self, keys):
        before = keys.key_of(OLD)

        keys.forget([OLD])

        again = SliceKeys(keys.path, MASTER)
        assert again.slices() == {NEW}
        assert again.key_of(OLD) != before

    def test_a_key_does_not_open_in_anothers_place(self, keys):
        rows = json.loads(keys.path.read_bytes())
        rows[0][2], rows[1][2] = rows[1][2], rows[0][2]
        keys.path.write_text(json.dumps(rows))

        with pytest.raises(KeysError):
            SliceKeys(keys.path, MASTER).key_of(OLD)

    def test_are_the_same_when_read_again(self, keys):
        assert SliceKeys(keys.path, MASTER).key_of(NEW) == keys.key_of(NEW)


class TestPlaces:
    def test_are_remembered_once(self, tmp_path):
        (tmp_path / "secrets").mkdir()
        assert places(tmp_path) == []

        for _ in range(2):
            note_place(tmp_path, tmp_path / "safe.json")

        assert places(tmp_path) == [tmp_path / "safe.json"]

    def test_keys_are_held_by_one_at_a_time(self, tmp_path):
        (tmp_path / "secrets").mkdir()

        with held_keys(tmp_path, waits=True) as first, held_keys(tmp_path, waits=False) as second:
            assert (first, second) == (True, False)


class TestSealedFile:
    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_a_changed_or_cut_one_does_not_open(self, tmp_path_factory, data):
        path = tmp_path_factory.mktemp("sealed") / "file"
        seal_file(path, MASTER, "name", [b"plates" * 20])
        content = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            del content[place:]
        else:
            content[place] ^= 1 << data.draw(st.integers(0, 7))
        path.write_bytes(content)

        with pytest.raises(KeysError):
            b"".join(pieces_of(path, MASTER, "name"))

    def test_does_not_open_under_another_name(self, tmp_path):
        seal_file(tmp_path / "file", MASTER, "read", [b"plates"])

        with pytest.raises(KeysError):
            list(pieces_of(tmp_path / "file", MASTER, "image"))

    @pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20])
    def test_gives_back_what_it_was_given(self, tmp_path, size):
        content = bytes(size)
        seal_file(tmp_path / "file", MASTER, "name", [content[:100], content[100:]])

        assert b"".join(pieces_of(tmp_path / "file", MASTER, "name")) == content
        assert (tmp_path / "file").stat().st_size < size + 4096
