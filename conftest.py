"""What every package's tests share: real Postgres and Kafka on demand, and a fresh database per test."""

pytest_plugins = ["aftercare.kit.testing.fixtures"]
