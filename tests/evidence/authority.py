"""A time-stamp authority of our own on loopback (RFC 3161): a root, a stamping certificate, a clock that is told."""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

SHA256, RSA, SIGNED, TST = "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"  # fmt: skip # noqa: E501
CONTENT_TYPE, DIGEST, CERTIFICATE = (
    "1.2.840.113549.1.9.3",
    "1.2.840.113549.1.9.4",
    "1.2.840.113549.1.9.16.2.47",
)
SEQUENCE, SET, OCTETS, INTEGER, TIME = 0x30, 0x31, 0x04, 0x02, 0x18
NOW = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    body = bytes([first * 40 + second])
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(number & 0x7F | 0x80)
        body += bytes(reversed(groups))
    return der(0x06, body)


def integer(value: int) -> bytes:
    return der(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def algorithm(dotted: str) -> bytes:
    return der(SEQUENCE, oid(dotted), b"\x05\x00")


def parts_of(content: bytes) -> list[tuple[int, bytes]]:
    """Return tag and body of each element that stands behind another."""
    found, place = [], 0
    while place < len(content):
        tag, size = content[place], content[place + 1]
        place += 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(content[place : place + count], "big")
            place += count
        found.append((tag, content[place : place + size]))
        place += size
    return found


class Authority:
    def __init__(self, now: datetime = NOW) -> None:
        self.now, self.serial, self.refuses = now, 0, False
        self.root_key, self.key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        self.root = certificate("Test root", self.root_key, "Test root", self.root_key, is_root=True)
        self.certificate = certificate("Test stamps", self.key, "Test root", self.root_key, is_root=False)

    @property
    def pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)

    def answer(self, request: bytes) -> bytes:
        if self.refuses:
            return der(SEQUENCE, der(SEQUENCE, integer(2)))
        elements = parts_of(parts_of(request)[0][1])
        imprint = parts_of(elements[1][1])[1][1]
        nonce = next(body for tag, body in elements[2:] if tag == INTEGER)
        self.serial += 1
        info = der(
            SEQUENCE, integer(1), oid("1.3.6.1.4.1.99999.1"),
            der(SEQUENCE, algorithm(SHA256), der(OCTETS, imprint)), integer(self.serial),
            der(TIME, self.now.strftime("%Y%m%d%H%M%SZ").encode()), der(INTEGER, nonce),
        )  # fmt: skip
        content = der(SEQUENCE, oid(SIGNED), der(0xA0, self.signed(info)))
        return der(SEQUENCE, der(SEQUENCE, integer(0)), content)

    def signed(self, info: bytes) -> bytes:
        encoded = self.certificate.public_bytes(serialization.Encoding.DER)
        names = der(SEQUENCE, der(SEQUENCE, der(SEQUENCE, der(OCTETS, hashlib.sha256(encoded).digest()))))
        attributes = b"".join(
            sorted((
                der(SEQUENCE, oid(CONTENT_TYPE), der(SET, oid(TST))),
                der(SEQUENCE, oid(DIGEST), der(SET, der(OCTETS, hashlib.sha256(info).digest()))),
                der(SEQUENCE, oid(CERTIFICATE), der(SET, names)),
            ))
        )  # fmt: skip
        signature = self.key.sign(der(SET, attributes), padding.PKCS1v15(), hashes.SHA256())
        issuer = self.certificate.issuer.public_bytes()
        signer = der(
            SEQUENCE, integer(1), der(SEQUENCE, issuer, integer(self.certificate.serial_number)), algorithm(SHA256),
            der(0xA0, attributes), algorithm(RSA), der(OCTETS, signature),
        )  # fmt: skip
        return der(
            SEQUENCE, integer(3), der(SET, algorithm(SHA256)),
            der(SEQUENCE, oid(TST), der(0xA0, der(OCTETS, info))), der(0xA0, encoded), der(SET, signer),
        )  # fmt: skip

    @contextlib.contextmanager
    def listening(self) -> Iterator[str]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}/"
            server.shutdown()
            thread.join()


def certificate(name, key, issuer, issuer_key, *, is_root: bool) -> x509.Certificate:
    def named(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=365))
        .not_valid_after(NOW + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if is_root:
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
             "key_agreement", "crl_sign", "encipher_only", "decipher_only"), False,
        )  # fmt: skip
        builder = builder.add_extension(x509.KeyUsage(key_cert_sign=True, **usage), critical=True)
    else:
        stamping = x509.ExtendedKeyUsage([ObjectIdentifier(ExtendedKeyUsageOID.TIME_STAMPING.dotted_string)])
        builder = builder.add_extension(stamping, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())
