"""MLLP over TLS: versions, client certificates, and the institution they are bound to."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.hl7v2.mllp_client import connect_mllp
from adapters.hl7v2.mllp_framing import frame
from adapters.hl7v2.mllp_server import MllpLimits, MllpServer, start_mllp_server
from adapters.hl7v2.receiving import MessageReceiver
from adapters.hl7v2.tls import tls_context
from tests.messages import HEADER, ORDER, PATIENT, RESULT, joined
from tests.recording_intake import RecordingIntake

HOST = "127.0.0.1"
ORU = joined(HEADER, PATIENT, ORDER, RESULT).encode()
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Authority:
    """A certificate authority that lives in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = self._write(f"{name}.pem", self._signed(self._name, self._key, (), True))

    def issue(self, common_name: str, *names: str) -> tuple[Path, Path]:
        """Files of a certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN")]
        if common_name:
            attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
        certificate = self._signed(x509.Name(attributes), key, names, False)
        stem = common_name or "nameless"
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (self._folder / f"{stem}.key").write_bytes(private)
        return self._write(f"{stem}.crt", certificate), self._folder / f"{stem}.key"

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        names: tuple[str, ...],
        is_authority: bool,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_NOW - timedelta(days=1000))
            .not_valid_after(_NOW + timedelta(days=10000))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        )
        if names:
            alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
            builder = builder.add_extension(alternative, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _write(self, name: str, certificate: x509.Certificate) -> Path:
        path = self._folder / name
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "province")


@asynccontextmanager
async def listening(
    authority: Authority, intake: RecordingIntake, *, required: bool = False
) -> AsyncIterator[MllpServer]:
    certificate, key = authority.issue("gateway", "localhost")
    tls = tls_context(certificate, key, authority.file, is_client_required=required)
    limits = MllpLimits(max_message_bytes=4096, linger=0.5)
    server = await start_mllp_server(
        MessageReceiver(intake.ports()), HOST, 0, limits, intake.report, tls
    )
    try:
        yield server
    finally:
        await server.stop(grace=1)


def client_tls(authority: Authority, shown: tuple[Path, Path] | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.file)
    context.check_hostname = False
    if shown is not None:
        context.load_cert_chain(*shown)
    return context


async def answer(server: MllpServer, tls: ssl.SSLContext, message: bytes = ORU) -> bytes:
    async with asyncio.timeout(5), await connect_mllp(HOST, server.port, tls) as client:
        return await client.send(message)


async def test_client_without_certificate_is_served_where_none_is_required(
    authority: Authority,
) -> None:
    intake = RecordingIntake()
    async with listening(authority, intake) as server:
        assert b"MSA|AA|C1" in await answer(server, client_tls(authority))
        [seen] = server.diagnostics()
    assert (seen.certificate_names, len(intake.submissions)) == (None, 1)


async def test_certificate_is_bound_to_the_institution_of_the_header(authority: Authority) -> None:
    intake = RecordingIntake()
    async with listening(authority, intake, required=True) as server:
        for shown in (authority.issue("H001"), authority.issue("sender-7", "a.example", "H001")):
            assert b"MSA|AA|C1" in await answer(server, client_tls(authority, shown))
        for shown in (authority.issue("H002"), authority.issue("")):
            refused = await answer(server, client_tls(authority, shown))
            assert b"MSA|AR|C1\rERR||MSH^1^4^1^1|204^" in refused
        names = [seen.certificate_names for seen in server.diagnostics()]
    assert names == [(), ("H002",), ("sender-7", "a.example", "H001"), ("H001",)]
    assert {kept.reason for kept in intake.quarantined} == {"certificate_mismatch"}


async def test_client_without_trusted_certificate_gets_nowhere_where_one_is_required(
    authority: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    stranger = Authority(folder, "stranger").issue("H001")
    intake = RecordingIntake()
    async with listening(authority, intake, required=True) as server:
        for tls in (client_tls(authority), client_tls(authority, stranger)):
            with pytest.raises(OSError):
                await answer(server, tls)
    assert intake.submissions == []


async def test_version_before_1_2_is_refused(authority: Authority) -> None:
    certificate, key = authority.issue("gateway")
    assert tls_context(certificate, key).minimum_version is ssl.TLSVersion.TLSv1_2
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        tls = client_tls(authority)
        tls.minimum_version = tls.maximum_version = version
        async with listening(authority, RecordingIntake()) as server:
            assert b"|AA|" in await answer(server, tls)


async def test_oversize_message_is_answered_over_tls_too(authority: Authority) -> None:
    async with listening(authority, RecordingIntake()) as server:
        tls = client_tls(authority)
        reader, writer = await asyncio.open_connection(HOST, server.port, ssl=tls)
        writer.write(frame(ORU + b"x" * 8192))
        async with asyncio.timeout(5):
            assert b"MSA|AR|C1" in await reader.read()
        writer.close()


async def test_plain_peer_at_the_tls_port_harms_nobody(authority: Authority) -> None:
    intake = RecordingIntake()
    async with listening(authority, intake) as server:
        reader, writer = await asyncio.open_connection(HOST, server.port)
        writer.write(frame(ORU))
        async with asyncio.timeout(5):
            assert b"MSA" not in await reader.read()
        writer.close()
        assert b"MSA|AA|C1" in await answer(server, client_tls(authority))
    assert len(intake.submissions) == 1
