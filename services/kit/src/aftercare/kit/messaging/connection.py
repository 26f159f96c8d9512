"""How to reach the broker, said once for every client that needs it."""

import ssl
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """Bootstrap servers and, where the broker asks for it, SASL and TLS. `password` never shows in a repr."""

    bootstrap: str
    security_protocol: str = "PLAINTEXT"
    """`PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`."""
    sasl_mechanism: str | None = None
    """`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`."""
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None
    """PEM file of the authority behind the brokers' certificates; without it, the system's authorities."""

    def __post_init__(self) -> None:
        if self.uses_sasl and not (self.username and self.password):
            raise ValueError(f"{self.security_protocol} needs AFTERCARE_KAFKA_USERNAME and AFTERCARE_KAFKA_PASSWORD")

    def __repr__(self) -> str:
        return f"KafkaConnection({self.bootstrap}, {self.security_protocol}, user={self.username})"

    @property
    def uses_sasl(self) -> bool:
        return self.security_protocol.startswith("SASL")

    @property
    def mechanism(self) -> str:
        return self.sasl_mechanism or "SCRAM-SHA-512"

    def tls(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self.ca_file) if self.security_protocol.endswith("SSL") else None

    def for_aiokafka(self) -> dict[str, Any]:
        """Keyword arguments for aiokafka's producer, consumer and admin client."""
        arguments: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": self.security_protocol,
            "ssl_context": self.tls(),
        }
        if self.uses_sasl:
            arguments |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return arguments

    def broker_urls(self) -> str:
        """As Faust wants it: `kafka://a:9092;kafka://b:9092`."""
        return ";".join(f"kafka://{server.strip()}" for server in self.bootstrap.split(","))
