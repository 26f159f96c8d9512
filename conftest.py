"""What every package's tests share: real Postgres and Kafka on demand, a fresh database each, how much to try."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["aftercare.kit.testing.fixtures"]

# `make test` tries the same examples each time: a landing fails for its own change. `make fuzz` looks for more.
settings.register_profile("fuzz", max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
