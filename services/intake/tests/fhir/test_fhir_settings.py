"""`fhir_server` and `fhir_codes` in the file of sources."""

from pathlib import Path
from typing import Any

import pytest

from aftercare.intake.bootstrap import bootstrap
from aftercare.intake.config import IntakeSettings, SourcesError, load_sources
from aftercare.intake.domain.vocabulary import FeedbackAudience, Flag, Milestone, RcaMethod
from aftercare.intake.service_layer.fetching import STEP
from aftercare.kit.clock import SystemClock
from aftercare.kit.service import Runtime
from aftercare.kit.settings import load

GOOD = """
sources:
  - name: safety
    base_url: https://fhir.hill.example/r4
    fhir_server:
      base_url: https://fhir.hill.example/r4
      token_url: https://login.hill.example/token
      client_id: aftercare
      client_secret_env: SAFETY_SECRET
      per_second: 2
    fhir_codes:
      rca: {Deep-Dive: psii}
      interviews: [" Talk "]
      disclosure: {first-talk: initial-done}
      feedback: {tell-staff: staff}
      flags: {SAC1-NE: never-event}
"""


def written(folder: Path, content: str) -> Path:
    path = folder / "sources.yaml"
    path.write_text(content)
    return path


def test_codes_and_server_are_read(tmp_path: Path) -> None:
    [source] = load_sources(written(tmp_path, GOOD)).known
    assert source.fhir_server is not None
    assert source.fhir_server.base_url == "https://fhir.hill.example/r4"
    assert (source.fhir_server.per_second, source.fhir_server.client_secret_env) == (2.0, "SAFETY_SECRET")
    assert source.fhir_codes.rca == {"deep-dive": RcaMethod.PSII}
    assert source.fhir_codes.interviews == {"talk"}
    assert source.fhir_codes.disclosure == {"first-talk": Milestone.INITIAL_DONE}
    assert source.fhir_codes.feedback == {"tell-staff": FeedbackAudience.STAFF}
    assert source.fhir_codes.flags == {"sac1-ne": Flag.NEVER_EVENT}


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("{base_url: 'http://fhir.hill.example'}", "https"),
        ("{base_url: 'https://user:hunter2@fhir.hill.example'}", "secrets belong into the environment"),
        ("{base_url: 'ftp://fhir.hill.example'}", "http"),
        ("{base_url: 'https://a.example', token_env: hunter2}", "token_env"),
        ("{base_url: 'https://a.example', token_env: A_B, token_url: 'https://b.example'}", "not both"),
        ("{base_url: 'https://a.example', token_url: 'https://b.example'}", "client_id"),
        ("{base_url: 'https://a.example', timeout_seconds: 0}", "timeout_seconds"),
        ("{token_env: A_B}", "base_url"),
    ],
)
def test_a_server_that_can_not_be_used_is_told_without_a_secret(tmp_path: Path, server: str, words: str) -> None:
    with pytest.raises(SourcesError, match=words) as refused:
        load_sources(written(tmp_path, f"sources:\n  - {{name: a, fhir_server: {server}}}"))
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("codes", ["{rca: {x: dance}}", "{disclosure: {x: done}}", "{colours: {}}"])
def test_a_meaning_that_we_do_not_know_is_refused(tmp_path: Path, codes: str) -> None:
    with pytest.raises(SourcesError, match="fhir_codes"):
        load_sources(written(tmp_path, f"sources:\n  - {{name: a, fhir_codes: {codes}}}"))


def test_the_service_fetches_in_the_background(
    tmp_path: Path, settings_environment: dict[str, str], monkeypatch: Any
) -> None:
    for name, value in (settings_environment | {"AFTERCARE_SOURCES": str(written(tmp_path, GOOD))}).items():
        monkeypatch.setenv(name, value)
    runtime = Runtime("intake", SystemClock(), None, lambda _name: None)  # type: ignore[arg-type]
    service = bootstrap(runtime, load(IntakeSettings))
    [step] = [one for one in service.background if one.name == STEP]
    assert (step.in_api, step.in_stream) == (True, False)
    assert "fetch" in service.timers
