"""Real parts for the tests of the embedded stack."""

from aftercare_local.testing import embedded_kafka, embedded_postgres, run_folder, watchdog

__all__ = ["embedded_kafka", "embedded_postgres", "run_folder", "watchdog"]
