"""The hashes and signatures against the vectors of their own documents, and against other implementations."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from platekeeper.ledger.checkpoints import signature_holds
from platekeeper.ledger.verify import (
    Head,
    canonical_bytes,
    chain_hash,
    consistency_spans,
    ed25519_holds,
    inclusion_spans,
    leaf_hash,
    node_hash,
)

# RFC 6962 as the Certificate Transparency project tests it: eight leaves, and the root after each
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

# RFC 8032, 7.1: secret key, public key, message, signature
SIGNATURES = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
            "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        ),
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493


def reference_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + reference_root(leaves[:split]) + reference_root(leaves[split:])).digest()


def some_leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(count)]


class TestTree:
    def test_has_the_known_roots(self):
        head = Head()
        roots = []
        for leaf in LEAVES:
            head.add(leaf_hash(bytes.fromhex(leaf)))
            roots.append(head.root().hex())

        assert roots == ROOTS

    def test_of_nothing_is_the_hash_of_nothing(self):
        assert Head().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    @given(st.integers(0, 200))
    def test_has_the_root_that_the_recursion_defines(self, count):
        head = Head()
        for leaf in some_leaves(count):
            head.add(leaf)

        assert head.root() == reference_root(some_leaves(count))

    @given(st.integers(0, 100), st.integers(0, 100))
    def test_goes_on_from_its_edge(self, before, since):
        leaves = some_leaves(before + since)
        head = Head()
        for leaf in leaves[:before]:
            head.add(leaf)

        resumed = Head(head.size, head.chain, head.edge)
        for leaf in leaves[before:]:
            resumed.add(leaf)

        assert resumed.root() == reference_root(leaves)

    @pytest.mark.parametrize(("size", "edge"), [(1, 0), (0, 1), (3, 1), (-1, 1)])
    def test_refuses_an_edge_of_another_size(self, size, edge):
        with pytest.raises(ValueError, match="does not belong"):
            Head(size, edge=[bytes(32)] * edge)


class TestSpans:
    def test_of_inclusion_are_the_examples_of_the_rfc(self):
        # RFC 6962, 2.1.3, the tree of seven: PATH(0) = b h l, PATH(3) = c g l, PATH(4) = f j k, PATH(6) = i k
        assert inclusion_spans(0, (0, 7)) == [(1, 2), (2, 4), (4, 7)]
        assert inclusion_spans(3, (0, 7)) == [(2, 3), (0, 2), (4, 7)]
        assert inclusion_spans(4, (0, 7)) == [(5, 6), (6, 7), (0, 4)]
        assert inclusion_spans(6, (0, 7)) == [(4, 6), (0, 4)]

    def test_of_consistency_are_the_examples_of_the_rfc(self):
        # RFC 6962, 2.1.3: PROOF(3) = c d g l, PROOF(4) = l, PROOF(6) = i j k
        assert consistency_spans(3, (0, 7)) == [(2, 3), (3, 4), (0, 2), (4, 7)]
        assert consistency_spans(4, (0, 7)) == [(4, 7)]
        assert consistency_spans(6, (0, 7)) == [(4, 6), (6, 7), (0, 4)]

    @given(st.integers(1, 300), st.data())
    def test_of_inclusion_and_the_leaf_fill_the_tree(self, size, data):
        index = data.draw(st.integers(0, size - 1))

        spans = sorted([*inclusion_spans(index, (0, size)), (index, index + 1)])

        assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]
        assert spans[-1][1] == size


class TestChain:
    def test_starts_from_zeros(self):
        head = Head()
        head.add(leaf_hash(b"one"))

        assert head.chain == hashlib.sha256(b"\x02" + bytes(32) + leaf_hash(b"one")).digest()
        assert head.chain == chain_hash(bytes(32), leaf_hash(b"one"))

    def test_leaves_nodes_and_links_are_never_mistaken_for_one_another(self):
        one, two = bytes(32), bytes(range(32))

        assert len({leaf_hash(one + two), node_hash(one, two), chain_hash(one, two)}) == 3


class TestCanonicalBytes:
    def test_are_lengths_and_texts_behind_a_tag(self):
        assert canonical_bytes([b"1", b"", "é".encode()]) == (
            b"\x00\x00\x00\x13platekeeper-entry-1\x00\x00\x00\x011\x00\x00\x00\x00\x00\x00\x00\x02\xc3\xa9"
        )

    @given(st.lists(st.binary(max_size=20), max_size=8), st.lists(st.binary(max_size=20), max_size=8))
    def test_are_equal_for_equal_fields_only(self, one, other):
        assert (canonical_bytes(one) == canonical_bytes(other)) == (one == other)


class TestEd25519:
    @pytest.mark.parametrize(("secret", "public", "message", "signature"), SIGNATURES)
    def test_holds_for_the_vectors_of_the_rfc(self, secret, public, message, signature):
        values = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))

        assert private.sign(values[1]) == values[2]
        assert ed25519_holds(*values)
        assert signature_holds(*values)

    @given(st.binary(min_size=32, max_size=32), st.binary(max_size=100), st.data())
    @settings(max_examples=60)
    def test_fails_under_any_single_bit_change(self, seed, message, data):
        private = Ed25519PrivateKey.from_private_bytes(seed)
        parts = [private.public_key().public_bytes_raw(), message + b"end", private.sign(message + b"end")]
        part = data.draw(st.integers(0, 2))
        bit = data.draw(st.integers(0, len(parts[part]) * 8 - 1))
        changed = bytearray(parts[part])
        changed[bit // 8] ^= 1 << bit % 8

        assert ed25519_holds(*parts)
        parts[part] = bytes(changed)
        assert not ed25519_holds(*parts)
        assert not signature_holds(*parts)

    def test_refuses_a_second_spelling_of_a_signature(self):
        public, message, signature = (bytes.fromhex(text) for text in SIGNATURES[0][1:])
        s = int.from_bytes(signature[32:], "little") + ORDER

        malleated = signature[:32] + s.to_bytes(32, "little")

        assert not ed25519_holds(public, message, malleated)
        assert not signature_holds(public, message, malleated)

    @pytest.mark.parametrize(
        "public",
        [
            (2**255 - 19).to_bytes(32, "little"),  # y is not reduced
            (2).to_bytes(32, "little"),  # no x belongs to y
            (1 | 1 << 255).to_bytes(32, "little"),  # x = 0 has no sign
        ],
        ids=["y_too_large", "not_on_the_curve", "negative_zero"],
    )
    def test_refuses_bytes_that_are_no_point(self, public):
        assert not ed25519_holds(public, b"", bytes(64))

    @pytest.mark.parametrize("length", [0, 32, 63, 65])
    def test_refuses_a_signature_of_another_length(self, length):
        public, message, signature = (bytes.fromhex(text) for text in SIGNATURES[0][1:])

        assert not ed25519_holds(public, message, (signature + bytes(1))[:length])
