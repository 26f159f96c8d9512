"""A tiny service that counts pings: what the tests of the two processes run for real.

`POST /pings/{reference}` emits a ping; the stream counts pings; a timer marks one as seen.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import text

from aftercare.kit.cli import service_cli
from aftercare.kit.messaging.codec import read_kafka
from aftercare.kit.messaging.consumer import Consumer, Received, Record
from aftercare.kit.outcome import InvalidMessage
from aftercare.kit.service import Background, DueTimer, Runtime, Service
from aftercare.kit.settings import ServiceSettings
from aftercare.kit.store.transaction import Transaction

TOPIC = "aftercare.example"


class ExampleSettings(ServiceSettings):
    """Nothing of its own."""


@dataclass(frozen=True)
class Ping:
    """A message, in the shape that the kit asks for."""

    topic: ClassVar[str] = TOPIC
    type: ClassVar[str] = "org.aftercare.example.pinged.v1"
    tombstone: ClassVar[bool] = False
    reference: str

    def key(self) -> str:
        return self.reference

    @classmethod
    def dataschema(cls) -> str:
        return "urn:org:aftercare:example:pinged:v1"

    def model_dump_json(self, *, exclude_none: bool = False) -> str:  # noqa: ARG002 - the shape of a message
        return json.dumps({"reference": self.reference})


def decode(record: Record) -> Received[Ping] | None:
    event = read_kafka(record)
    if event.type != Ping.type:
        return None
    try:
        reference = json.loads(event.data or b"")["reference"]
    except (ValueError, KeyError, TypeError):
        raise InvalidMessage("unreadable") from None
    return Received(event.source, event.id, Ping(reference), event.cause, record)


async def count(tx: Transaction, batch: Sequence[Received[Ping]]) -> None:
    await tx.connection.execute(
        text("insert into ping (reference, counted_at) select r, :now from unnest(cast(:refs as text[])) as r"),
        {"refs": [each.message.reference for each in batch], "now": tx.now},
    )


async def seen(tx: Transaction, due: Sequence[DueTimer]) -> None:
    await tx.connection.execute(
        text("update ping set seen = true where reference = any(cast(:refs as text[]))"),
        {"refs": [each.owner for each in due]},
    )


def bootstrap(runtime: Runtime, settings: ExampleSettings) -> Service:
    async def rest() -> float:
        """Shows the test what this process has loaded."""
        if path := os.environ.get("EXAMPLE_MODULES"):
            await asyncio.to_thread(Path(path).write_text, json.dumps(sorted(sys.modules)))
        return 0.2

    return Service(
        name="example",
        application=runtime,
        consumers=(Consumer("example.pings", TOPIC, decode, count),),
        timers={"seen": seen},
        background=(Background("rest", rest, in_api=True, in_stream=True),),
    )


def create_app(service: Service, runtime: Runtime) -> Any:
    from fastapi import FastAPI  # noqa: PLC0415 - as every service does: `stream` must not load it

    app = FastAPI()

    @app.post("/pings/{reference}", status_code=202)
    async def ping(reference: str) -> dict[str, str]:
        async with runtime.unit_of_work() as tx:
            tx.emit(Ping(reference))
            tx.set_timer(reference, "seen", tx.now)
        return {"reference": reference}

    @app.get("/pings/{reference}")
    async def look(reference: str) -> dict[str, int]:
        async with runtime.unit_of_work() as tx:
            number = await tx.connection.scalar(
                text("select count(*) from ping where reference = :reference"), {"reference": reference}
            )
        return {"count": int(number or 0)}

    @app.get("/broken/{secret}")
    async def broken(secret: str) -> None:
        raise RuntimeError(f"never write {secret} down")

    return app


app = service_cli(
    "example",
    settings=ExampleSettings,
    bootstrap=bootstrap,
    create_app=create_app,
    migrations=Path(__file__).parent / "migrations",
)

if __name__ == "__main__":
    app()
