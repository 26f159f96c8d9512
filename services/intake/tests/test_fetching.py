"""From a notification to the record that it points at: on a real database and a real server."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from aftercare.intake.adapters.fhir_client import HttpFhirClient
from aftercare.intake.adapters.parking import Filter
from aftercare.intake.adapters.vault import AesVault
from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.fhir.settings import FhirServer
from aftercare.intake.domain.outcome import Pointer
from aftercare.intake.domain.source import Source, Sources
from aftercare.intake.service_layer.fetch_ports import Answer, Fetched
from aftercare.intake.service_layer.fetching import Fetcher
from aftercare.intake.service_layer.replay import Replaying

from .conftest import KEY, MIGRATIONS, NOW, PLACES, SAFETY, Running
from .fhir.server import Server, running_server

pytestmark = pytest.mark.real


@dataclass
class Fetching:
    running: Running
    fetcher: Fetcher
    told: list[tuple[str, Answer]]
    pauses: list[float]

    async def at(self, **later: int) -> None:
        """Let so much time pass, and look."""
        self.running.clock.set(NOW + timedelta(**later))
        await self.fetcher.step()

    async def record(self, reference: str) -> tuple[str, str, str]:
        [row] = await self.running.rows(f"select outcome, reason, detail from record where reference = '{reference}'")
        return row.outcome, row.reason, row.detail


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running_server() as found:
        yield found


@pytest.fixture
def fetching(database: Callable[..., str], server: Server) -> Fetching:
    return build(database, FhirServer(server.base, timeout_seconds=5.0, per_second=2.0))


def build(database: Callable[..., str], configured: FhirServer | None, hmpps_api: FhirServer | None = None) -> Fetching:
    door = Door(Sources((replace(SAFETY, fhir_server=configured, hmpps_api=hmpps_api),)), PLACES)
    running = Running(database(migrations=MIGRATIONS), door)
    told: list[tuple[str, Answer]] = []
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    fetcher = Fetcher(
        running.intake,
        running.unit_of_work,
        lambda: HttpFhirClient(running.clock, 100_000, {}),
        lambda source, answer, _seconds: told.append((source, answer)),
        pause,
    )
    return Fetching(running, fetcher, told, pauses)


def pointing(*ids: str) -> dict[str, Any]:
    entries = [{"request": {"method": "PUT", "url": f"AdverseEvent/{one}"}} for one in ids]
    return {"resourceType": "Bundle", "type": "history", "entry": entries}


async def test_what_a_notification_points_at_is_fetched_and_published(
    fetching: Fetching, server: Server, adverse_event: Any
) -> None:
    server.serves(adverse_event())
    [parked] = await fetching.running.take(pointing("ae-1"))
    assert parked.reason == "to-be-fetched"
    await fetching.fetcher.step()
    assert [kind for kind, _ in await fetching.running.published("aftercare.incident")] == [
        "org.aftercare.incident.reported.v1"
    ]
    assert await fetching.record(parked.reference) == ("mapped", "mapped", "")
    [row] = await fetching.running.rows("select state, notified_at, settled_at, last_answer from fetching")
    assert (row.state, row.notified_at, row.settled_at, row.last_answer) == ("fetched", NOW, NOW, "fetched")
    await fetching.fetcher.step()
    assert len(server.asked) == 1


async def test_a_server_in_trouble_is_asked_again_later_and_later(
    fetching: Fetching, server: Server, adverse_event: Any
) -> None:
    server.says(500)
    [parked] = await fetching.running.take(pointing("ae-1"))
    for seconds, asked in ((0, 1), (4, 1), (5, 2), (14, 2), (15, 3)):
        await fetching.at(seconds=seconds)
        assert len(server.asked) == asked, seconds
    server.says(429, Retry_After="600")
    await fetching.at(seconds=60)
    await fetching.at(seconds=600)
    assert len(server.asked) == 4
    assert (await fetching.record(parked.reference))[1] == "to-be-fetched"
    server.serves(adverse_event())
    await fetching.at(seconds=661)
    assert fetching.told[-1] == ("safety", Answer.FETCHED)
    assert (await fetching.record(parked.reference))[0] == "mapped"


async def test_after_a_day_or_an_answer_for_good_a_human_sees_it(fetching: Fetching, server: Server) -> None:
    server.says(404)
    [lost] = await fetching.running.take(pointing("ae-1"))
    await fetching.at(hours=23, minutes=59, seconds=59)
    assert (await fetching.record(lost.reference)) == (
        "parked",
        "can-not-be-fetched",
        "the source's server answers: not-found",
    )
    server.says(302, Location="http://127.0.0.1:9/")
    [sent_away] = await fetching.running.take(pointing("ae-2"))
    await fetching.fetcher.step()
    assert (await fetching.record(sent_away.reference))[2] == "the source's server answers: redirected"


async def test_what_was_given_up_is_fetched_anew_when_somebody_releases_it(
    fetching: Fetching, server: Server, adverse_event: Any
) -> None:
    server.says(302, Location="http://127.0.0.1:9/")
    [parked] = await fetching.running.take(pointing("ae-1"))
    await fetching.fetcher.step()
    server.serves(adverse_event())
    replaying = Replaying(fetching.running.intake, AesVault((KEY,)), fetching.running.unit_of_work)
    wanted = Filter(reason="can-not-be-fetched")
    release = await replaying.begin(wanted, contact=True, rate=100, asked_by="test")
    await replaying.run(release.reference)
    await fetching.fetcher.step()
    assert (await fetching.record(parked.reference))[0] == "mapped"


async def test_the_same_words_again_are_fetched_again(fetching: Fetching, server: Server, adverse_event: Any) -> None:
    server.says(302, Location="http://127.0.0.1:9/")
    await fetching.running.take(pointing("ae-1"))
    await fetching.fetcher.step()
    server.serves(adverse_event())
    for _ in range(2):
        await fetching.running.take(*[pointing("ae-1")] * 3)
        await fetching.fetcher.step()
    assert [answer for _, answer in fetching.told] == [Answer.REDIRECTED, Answer.FETCHED, Answer.FETCHED]


async def test_trouble_with_one_source_does_not_stop_another(
    fetching: Fetching, server: Server, adverse_event: Any
) -> None:
    class Broken:
        async def fetch(self, asked: FhirServer, pointer: Pointer) -> Fetched:
            if asked.per_second == 1.0:
                raise RuntimeError
            return await sound.fetch(asked, pointer)

        async def close(self) -> None:
            await sound.close()

    sound = HttpFhirClient(fetching.running.clock, 100_000, {})
    fetching.fetcher.connect = Broken
    other = Source("other", fhir_server=FhirServer(server.base, per_second=1.0))
    fetching.running.intake.door = Door(Sources((other, *fetching.running.intake.door.sources.known)), PLACES)
    server.serves(adverse_event())
    await fetching.running.take(pointing("ae-1"), source="other")
    [parked] = await fetching.running.take(pointing("ae-1"))
    with pytest.raises(RuntimeError):
        await fetching.fetcher.step()
    assert (await fetching.record(parked.reference))[0] == "mapped"


async def test_what_is_gone_from_the_server_is_withdrawn(
    fetching: Fetching, server: Server, adverse_event: Any
) -> None:
    await fetching.running.take(adverse_event())
    server.says(410)
    await fetching.running.take(pointing("ae-1"))
    await fetching.fetcher.step()
    kinds = [kind for kind, _ in await fetching.running.published("aftercare.incident")]
    assert kinds[-1] == "org.aftercare.incident.withdrawn.v1"


async def test_a_sources_rate_is_kept(fetching: Fetching, server: Server) -> None:
    await fetching.running.take(pointing("a", "b", "c"))
    await fetching.fetcher.step()
    assert (len(server.asked), fetching.pauses) == (3, [0.5, 0.5])


async def test_a_source_without_a_server_keeps_its_records_until_it_has_one(
    database: Callable[..., str], server: Server
) -> None:
    fetching = build(database, None)
    [parked] = await fetching.running.take(pointing("ae-1"))
    await fetching.fetcher.step()
    assert (await fetching.record(parked.reference))[1] == "to-be-fetched"
    with_server = replace(SAFETY, fhir_server=FhirServer(server.base))
    fetching.running.intake.door = Door(Sources((with_server,)), PLACES)
    await fetching.fetcher.step()
    assert (await fetching.record(parked.reference))[0] == "mapped"


async def test_no_id_of_a_source_stands_in_clear(fetching: Fetching) -> None:
    await fetching.running.take(pointing("zaphodine-7"))
    rows = await fetching.running.rows("select row_to_json(fetching)::text as everything from fetching")
    assert rows
    assert "zaphodine" not in rows[0].everything


async def test_a_report_that_an_event_of_hmpps_points_at_is_fetched_from_its_own_server_alone(
    database: Callable[..., str], server: Server
) -> None:
    report = "0197a5de-0000-7000-8000-0000000000a1"
    about = {"id": report, "reportReference": "7700123", "whatChanged": "ANYTHING"}
    event = {"eventType": "incident.report.created", "occurredAt": "2026-03-02T09:00:00Z"}
    fetching = build(database, None, FhirServer(server.base, timeout_seconds=5.0))
    server.serves({"id": report, "reportReference": "7700123", "status": "DRAFT", "reportedBy": "USR_1"})
    [parked, resource] = await fetching.running.take(
        event | {"additionalInformation": about, "detailUrl": "http://127.0.0.1:1/"}, pointing("ae-1")
    )
    await fetching.fetcher.step()
    assert [request.path for request in server.asked] == [f"/fhir/incident-reports/{report}/with-details"]
    assert await fetching.record(parked.reference) == ("mapped", "mapped", "")
    assert (await fetching.record(resource.reference))[1:] == (
        "can-not-be-fetched",
        "the source's server answers: no-server",
    )
    assert len(await fetching.running.published("aftercare.incident")) == 1
