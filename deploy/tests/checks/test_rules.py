"""Every rule of the house has seen what it forbids, and lets pass what is fine."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from checks import clock_ban, frameworks, kit_words, log_discipline, no_commit_in_application
from checks.source import Finding, Source

IN_A_SERVICE = "services/support/src/aftercare/support/service_layer/offers.py"


def found(rule: Callable[[Source], Iterable[Finding]], text: str, path: str = IN_A_SERVICE) -> list[Finding]:
    return list(rule(Source.parse(Path(path), text)))


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nnow = datetime.now()",
        "from datetime import datetime, UTC\nnow = datetime.now(UTC)",
        "import datetime\nnow = datetime.datetime.now()",
        "import datetime as dt\nnow = dt.datetime.utcnow()",
        "from datetime import datetime as D\nnow = D.today()",
        "from datetime import date\ntoday = date.today()",
        "import time\nnow = time.time()",
        "import time as t\nnow = t.time_ns()",
        "from time import time\nnow = time()",
        "from datetime import datetime\ndef f(make=datetime.now): ...",
        "def f():\n    from time import time as clock\n    return clock()",
        "from sqlalchemy import func\ndefault = func.now()",
        "import sqlalchemy as sa\ndefault = sa.func.now()",
        "SQL = 'select * from timer where due_at <= now()'",
        "SQL = 'insert into t values (CURRENT_TIMESTAMP)'",
        "SQL = 'created timestamptz default clock_timestamp ( )'",
    ],
)
def test_another_clock_is_found(text: str) -> None:
    assert found(clock_ban.find, text)


@pytest.mark.parametrize(
    "text",
    [
        "def decide(now): return now",
        "from datetime import datetime\ndef f(tx) -> datetime: return tx.now",
        "import time\nstart = time.monotonic()",
        "import asyncio\nstart = asyncio.get_running_loop().time()",
        "SQL = 'select * from timer where due_at <= :now'",
        "WORDS = 'Support is there for you now (and later)'",
        '"""A docstring that says why `where due_at <= now()` is forbidden in a select."""',
        "class A:\n    def now(self): ...\na = A()\na.now()",
    ],
)
def test_a_clock_that_was_handed_over_is_fine(text: str) -> None:
    assert found(clock_ban.find, text) == []


def test_only_the_file_of_the_clock_may_read_it() -> None:
    text = "from datetime import datetime\nnow = datetime.now()"
    assert found(clock_ban.find, text, clock_ban.ALLOWED) == []
    assert found(clock_ban.find, text, "services/kit/src/aftercare/kit/other_clock.py")


@pytest.mark.parametrize(
    "text",
    [
        "async def f(session): await session.commit()",
        "async def f(c): await c.rollback()",
        "async def f(engine):\n    async with engine.begin() as c: ...",
        "async def f(tx): await tx.connection.begin_nested()",
        "async def f(tx): await tx.connection.exec_driver_sql('COMMIT;')",
        "async def f(tx): await tx.execute('begin')",
    ],
)
def test_a_service_that_ends_a_transaction_is_found(text: str) -> None:
    assert found(no_commit_in_application.find, text)


def test_the_kit_migrations_and_listed_files_may_commit() -> None:
    text = "async def f(session): await session.commit()"
    assert found(no_commit_in_application.find, text, "services/kit/src/aftercare/kit/store/transaction.py") == []
    assert found(no_commit_in_application.find, text, "services/support/migrations/env.py") == []
    for path, reason in no_commit_in_application.EXCEPTIONS.items():
        assert found(no_commit_in_application.find, text, path) == []
        assert len(reason) > 20


def test_a_transaction_that_is_used_is_fine() -> None:
    text = "async def f(tx):\n    await tx.execute('insert into t values (1)')\n    cases.begin(tx, 1)"
    assert found(no_commit_in_application.find, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "log.info(f'offer for {case}')",
        "log.info('offer for ' + case)",
        "log.info('offer for {}'.format(case))",
        "log.info('offer for %s' % case)",
        "log.info(words)",
        "log.info()",
        "logger.warning('refused %s', payload)",
        "logger.warning('refused %s', record.value)",
        "self._log.error('no mail to %s', contact.email)",
        "self.logger.error('no mail to %s', person.name)",
        "logging.error('failed: %s', error)",
        "log.error('failed: %s', str(error))",
        "log.error('failed: %s', repr(exc))",
        "log.log(30, 'failed: %s', error)",
        "log.info('sent', extra={'to': channel.address})",
        "log.info('sent %s', f'{anything}')",
        "log.info('opened %s', request.url)",
    ],
)
def test_a_log_line_that_can_name_somebody_is_found(text: str) -> None:
    assert found(log_discipline.find, text)


@pytest.mark.parametrize(
    "text",
    [
        "log.info('offer for %s', case)",
        "log.info('offers: %d', len(cases))",
        "log.info('step %s', self.name)",
        "log.warning('failed: %s', type(error).__name__, exc_info=error)",
        "log.log(30, 'halted at %s', position)",
        "log.info(FIXED_WORDS, case)",
        "log.info('a' if secured else 'b')",
        "log.info('request', extra={'route': template})",
        "catalogue.info(f'{anything}')",
        "math.log(value)",
    ],
)
def test_fixed_words_with_references_are_fine(text: str) -> None:
    assert found(log_discipline.find, text) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("import faust", IN_A_SERVICE),
        ("from faust.types import AppT", "services/kit/src/aftercare/kit/stream/batches.py"),
        ("import fastapi", IN_A_SERVICE),
        ("def f():\n    from fastapi import Request", "services/kit/src/aftercare/kit/auth/authenticator.py"),
        ("from fastapi import APIRouter", "services/support/src/aftercare/support/entrypoints/stream.py"),
        ("from fastapi import APIRouter", "services/support/src/aftercare/support/entrypoints/cli.py"),
        ("import faust", "services/support/src/aftercare/support/entrypoints/api.py"),
    ],
)
def test_a_framework_outside_its_files_is_found(text: str, path: str) -> None:
    assert found(frameworks.find, text, path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("import faust", "services/kit/src/aftercare/kit/stream/faust_worker.py"),
        ("import faust", "services/support/src/aftercare/support/entrypoints/stream.py"),
        ("from fastapi import APIRouter", "services/support/src/aftercare/support/entrypoints/api.py"),
        ("from fastapi import APIRouter", "services/support/src/aftercare/support/entrypoints/routes_cases.py"),
        ("from . import fastapi_like\nimport httpx", IN_A_SERVICE),
    ],
)
def test_a_framework_in_its_files_is_fine(text: str, path: str) -> None:
    assert found(frameworks.find, text, path) == []


@pytest.mark.parametrize(
    "text", ["FastAPI(title='x')", "FastAPI(telemetry=None)", "FastAPI(telemetry={'tracing': True})"]
)
def test_an_application_that_would_put_addresses_into_spans_is_found(text: str) -> None:
    assert found(frameworks.find, text)


def test_an_application_that_keeps_addresses_to_itself_is_fine() -> None:
    assert found(frameworks.find, "FastAPI(title='x', telemetry=NO_TELEMETRY)") == []


IN_THE_KIT = "services/kit/src/aftercare/kit/store/timers.py"


@pytest.mark.parametrize(
    "text",
    [
        "class IncidentStore: ...",
        "def send_offer(): ...",
        "def f(patient): ...",
        "x.harm_class",
        "COLUMN = 'nurse_id'",
        "from x import RCAState",
        "path = '/obligations/open'",
    ],
)
def test_a_word_of_the_field_in_the_kit_is_found(text: str) -> None:
    assert found(kit_words.find, text, IN_THE_KIT)
    assert found(kit_words.find, text) == [], "a service may use the words of its field"


def test_a_file_of_the_kit_named_after_the_field_is_found() -> None:
    assert found(kit_words.find, "", "services/kit/src/aftercare/kit/patients.py")


@pytest.mark.parametrize(
    "text",
    [
        '"""Producers in hospitals forget the header."""',
        "help = 'The topic, such as aftercare.incident'",
        "harmless = wardrobe = charm",
        "class DueTimer: ...",
    ],
)
def test_texts_for_people_and_other_words_are_fine_in_the_kit(text: str) -> None:
    assert found(kit_words.find, text, IN_THE_KIT) == []


def test_a_finding_says_where_and_what_to_do() -> None:
    finding = found(clock_ban.find, "import time\n\nx = time.time()")[0]
    assert str(finding).startswith(f"{IN_A_SERVICE}:3: one-clock: take `now` as a parameter")
