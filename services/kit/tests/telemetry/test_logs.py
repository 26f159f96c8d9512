"""A log line is one JSON object of fixed words, references and numbers, whatever the code does."""

import asyncio
import io
import json
import logging
import uuid
import warnings
from collections.abc import Iterator
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.kit.ids import new_event_id, new_reference
from aftercare.kit.telemetry.logs import REDACTED, configure, log_loop_errors
from aftercare.kit.telemetry.opaque import assert_log_is_opaque, is_opaque

log = logging.getLogger("aftercare.example")


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """The process's logging, as `api` and `stream` set it up, into memory."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure("example", "api", "INFO", stream)
    log.setLevel("INFO")  # pytest puts the root's level back after the set-up
    yield stream
    log.setLevel(logging.NOTSET)
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(False)


def lines(output: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_a_line_says_when_where_and_what(output: io.StringIO) -> None:
    reference = new_reference("cas")
    log.info("case %s moved", reference, extra={"count": 2})
    (line,) = lines(output)
    assert line["message"] == f"case {reference} moved"
    assert (line["level"], line["logger"], line["service"], line["role"]) == (
        "INFO",
        "aftercare.example",
        "example",
        "api",
    )
    assert line["count"] == 2
    assert str(line["time"]).endswith("Z")


def test_what_is_not_on_the_list_is_left_out(output: io.StringIO) -> None:
    log.info("one", extra={"address": "jo@example.org", "payload": {"name": "Jo"}})
    assert set(lines(output)[0]) == {"time", "level", "logger", "message", "service", "role"}


@pytest.mark.parametrize("value", ["Jo Doe", "jo.doe@example.org", "+49301234567", "03012345678", "Müller", "a" * 300])
def test_an_argument_that_may_be_somebody_is_not_written(output: io.StringIO, value: str) -> None:
    log.warning("about %s", value)
    assert lines(output)[0]["message"] == f"about {REDACTED}"


def test_an_extra_that_may_be_somebody_is_not_written(output: io.StringIO) -> None:
    log.warning("about", extra={"reference": "Jo Doe"})
    assert lines(output)[0]["reference"] == REDACTED


def test_an_exception_is_its_type_and_its_places_never_its_text(output: io.StringIO) -> None:
    def look_up(people: dict[str, str]) -> str:
        try:
            return people["jo@example.org"]
        except KeyError as inner:
            raise ValueError("Jo Doe lives at 7 Elm Street") from inner

    try:
        look_up({})
    except ValueError:
        log.exception("it failed")
    (line,) = lines(output)
    assert str(line["exception"]).startswith("ValueError at test_logs.py:")
    assert "caused by KeyError" in str(line["exception"])
    assert "Jo" not in output.getvalue()
    assert "jo@" not in output.getvalue()


def test_what_nobody_awaited_is_reported_by_type(output: io.StringIO) -> None:
    async def main() -> None:
        log_loop_errors(asyncio.get_running_loop())

        async def fails() -> None:
            raise ValueError("Jo Doe")

        task = asyncio.create_task(fails())
        await asyncio.wait([task])
        del task

    asyncio.run(main())
    assert "Jo" not in output.getvalue()
    assert lines(output)[0]["message"] == "nobody awaited ValueError"


@pytest.mark.parametrize("name", ["faust", "mode", "aiokafka", "uvicorn.access", "uvicorn.error", "sqlalchemy.engine"])
def test_other_people_s_chatter_is_quiet(output: io.StringIO, name: str) -> None:
    logging.getLogger(name).info("GET /answers/s3cr3t")
    assert output.getvalue() == ""


@pytest.mark.parametrize("name", ["apprise", "apprise.plugins.twilio", "py.warnings", "httpx", "root"])
def test_a_library_that_writes_values_into_its_text_is_heard_but_not_repeated(output: io.StringIO, name: str) -> None:
    logging.getLogger(name).warning("Sent Twilio notification to +447700900123 (Jo Doe).")
    (line,) = lines(output)
    assert str(line["message"]).startswith(f"{REDACTED} at test_logs.py:")
    assert (line["level"], line["logger"]) == ("WARNING", name)


def test_a_captured_warning_does_not_quote_the_value_that_it_warns_of(output: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("Expected `str` but got input_value='Jo Doe'", UserWarning, stacklevel=1)
    assert lines(output)
    assert "Jo" not in output.getvalue()


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    "value",
    [
        *(None, 3, 2.5, True, Colour.RED, (1, Colour.RED)),
        *(new_reference("inc"), new_event_id(), str(uuid.uuid4()), "v1.kid." + "a" * 43),
        *("aftercare.incident/3/17", "org.aftercare.incident.reported.v1", "KafkaConnectionError", "Retryable"),
    ],
    ids=lambda value: type(value).__name__,  # the drawn ones differ from process to process
)
def test_references_numbers_and_types_are_opaque(value: object) -> None:
    assert is_opaque(value)


@pytest.mark.parametrize(
    "value", ["Jo", "smith", "jo.doe", "jo@example.org", "7 Elm Street", "0301234567", object(), ["Jo"], {"a": "Jo"}]
)
def test_what_may_be_somebody_is_not(value: object) -> None:
    assert not is_opaque(value)


def test_a_fixed_word_must_be_said_to_be_one() -> None:
    assert not is_opaque("relay")
    assert is_opaque("relay", {"relay"})


def test_the_guard_fails_a_test_in_which_somebody_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        log.info("for %s", "Jo Doe")
        with pytest.raises(AssertionError, match="Jo Doe"):
            assert_log_is_opaque(caplog.records)
        caplog.clear()
        log.info("fine", extra={"name_of_person": "Jo"})
        with pytest.raises(AssertionError, match="name_of_person"):
            assert_log_is_opaque(caplog.records)
        caplog.clear()
        log.info("case %s", new_reference("cas"))
        assert_log_is_opaque(caplog.records)


WORDS = st.text(alphabet=st.characters(categories=["L"]), min_size=1)


@given(WORDS, WORDS)
def test_no_sentence_is_ever_opaque(first: str, second: str) -> None:
    assert not is_opaque(f"{first} {second}")
