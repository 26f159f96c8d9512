"""Alive is about the process, ready about its work; what others can wait for is a note."""

from aftercare.kit.health import Health


async def answer(text: str | None) -> str | None:
    return text


async def test_alive_asks_nobody_else() -> None:
    health = Health("x", "stream")
    health.needs["database"] = lambda: answer("unreachable: OSError")
    health.standing.troubled("stream", "joins its group")
    assert health.liveness() == {}
    health.vitals["stream"] = lambda: "makes no progress"
    assert health.liveness() == {"stream": "makes no progress"}


async def test_ready_says_every_reason() -> None:
    health = Health("x", "stream")
    health.needs["database"] = lambda: answer("unreachable: OSError")
    health.standing.troubled("relay", "waits: KafkaConnectionError")
    readiness = await health.readiness()
    assert not readiness.ready
    assert readiness.reasons == {"relay": "waits: KafkaConnectionError", "database": "unreachable: OSError"}


async def test_what_api_can_do_without_is_a_note() -> None:
    health = Health("x", "api", advisory=frozenset({"relay"}))
    health.needs["database"] = lambda: answer(None)
    health.standing.troubled("relay", "waits: KafkaConnectionError")
    readiness = await health.readiness()
    assert readiness.ready
    assert readiness.notes == {"relay": "waits: KafkaConnectionError"}
