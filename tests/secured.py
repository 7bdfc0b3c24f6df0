"""A real Kafka that lets nobody in whom it does not know: SCRAM or certificates, and the StandardAuthorizer.

Listeners, from one port on: passwords without TLS, the controller, passwords over TLS, client certificates.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from deploy.local.child import stop
from deploy.local.claim import Claim
from deploy.local.kafka import Kafka
from shared.settings import KafkaSettings

ADMIN, PASSWORD = "admin", "the-administrators-password"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
DAY = timedelta(days=1)


class Authority:
    """Issues certificates; `file` is its own. All lie in one folder, key and certificate in one file each."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = self._builder(self._name, self._key, DAY).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), True
        )
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def issue(self, name: str, organisation: str = "Odense Kommune", ends: timedelta = DAY) -> Path:
        """For a server on this machine, or a client; `ends` from now. Subject as Kafka writes it: CN=name,O=..."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, name)]
        )
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        made = self._builder(subject, key, ends).add_extension(here, critical=False).sign(self._key, hashes.SHA256())
        file = self._folder / f"{name}.pem"
        file.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + made.public_bytes(Encoding.PEM)
            + self.file.read_bytes()
        )
        return file

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, ends: timedelta) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now + ends)
        )


class SecuredKafka(Kafka):
    first_user = ("--add-scram", f"SCRAM-SHA-512=[name={ADMIN},password={PASSWORD}]")

    def __init__(self, home: Path, port: int) -> None:
        super().__init__(home, port)
        self.authority = Authority(home / "certificates")
        self._own = self.authority.issue("broker")
        self.over_tls, self.by_certificate = (f"127.0.0.1:{port + n}" for n in (2, 3))

    def settings(self) -> dict[str, object]:
        listeners = {
            "INTERNAL": self.bootstrap,
            "TLS": self.over_tls,
            "CERTIFICATE": self.by_certificate,
        }
        said = ",".join(f"{name}://{address}" for name, address in listeners.items())
        login = f'required username="{ADMIN}" password="{PASSWORD}"'
        return super().settings() | {
            "listeners": f"{said},CONTROLLER://127.0.0.1:{self.port + 1}",
            "advertised.listeners": said,
            "listener.security.protocol.map": (
                "INTERNAL:SASL_PLAINTEXT,TLS:SASL_SSL,CERTIFICATE:SSL,CONTROLLER:SASL_PLAINTEXT"
            ),
            "inter.broker.listener.name": "INTERNAL",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            # Whoever does not log in again, as aiokafka does not, is cut off and comes back.
            "connections.max.reauth.ms": 10_000,
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            "listener.name.internal.scram-sha-512.sasl.jaas.config": f"{SCRAM} {login};",
            "listener.name.tls.scram-sha-512.sasl.jaas.config": f"{SCRAM} required;",
            # Users of SCRAM lie behind the controller: who reaches it is told by this file.
            "sasl.mechanism.controller.protocol": "PLAIN",
            "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.controller.plain.sasl.jaas.config": f'{PLAIN} {login} user_{ADMIN}="{PASSWORD}";',
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self._own,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.authority.file,
            "listener.name.certificate.ssl.client.auth": "required",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:{ADMIN}",
            "allow.everyone.if.no.acl.found": "false",
        }

    def as_(self, user: str, password: str, **more: Any) -> KafkaSettings:
        given: dict[str, Any] = {
            "kafka_bootstrap": self.bootstrap,
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_username": user,
            "sasl_password": password,
        }
        return KafkaSettings(**given | more)

    def by(self, certificate: Path) -> KafkaSettings:
        return KafkaSettings(
            kafka_bootstrap=self.by_certificate,
            security_protocol="SSL",
            ssl_cafile=self.authority.file,
            ssl_certfile=certificate,
            ssl_keyfile=certificate,
        )

    @property
    def as_admin(self) -> KafkaSettings:
        return self.as_(ADMIN, PASSWORD)


@contextmanager
def secured_kafka(home: Path, port: int) -> Iterator[SecuredKafka]:
    with Claim(home):
        kafka = SecuredKafka(home, port)
        try:
            kafka.start()
            kafka.wait()
            yield kafka
        finally:
            stop([kafka.child])
