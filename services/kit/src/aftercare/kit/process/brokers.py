"""From settings to the brokers."""

from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.settings import KafkaSettings


def kafka_connection(settings: KafkaSettings) -> KafkaConnection:
    """How to reach the brokers. Raises `ValueError` when a SASL protocol lacks user or password."""
    password = settings.kafka_password
    return KafkaConnection(
        settings.kafka_bootstrap,
        settings.kafka_security_protocol,
        settings.kafka_sasl_mechanism,
        settings.kafka_username,
        password.get_secret_value() if password else None,
    )
