"""The baseline of latency: what one hop, one commit and one mail cost here with nothing of ours around them."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
from aftercare_local.kafka_access import admin_client
from aftercare_local.stack import Stack
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from aftercare.kit.clock import SystemClock
from aftercare.outreach.adapters.smtp import SmtpAddress, SmtpCourier
from aftercare.outreach.service_layer.ports import Letter

TOPIC = "bench.bare"
DOMAIN = "bare.example"


async def bare_mails(stack: Stack, count: int, per_second: float) -> dict[str, float]:
    """Produce, consume, commit a row, send a mail; at a steady rate. Returns when each was produced, by address."""
    admin = admin_client(stack.kafka.access)
    admin.create_topics({TOPIC: {"num_partitions": 6}}, wait_for_metadata=True)
    options = stack.kafka.access.client_options()
    courier = SmtpCourier(
        SmtpAddress.parse(stack.mail.smtp_url()), "bench@hospital.example", "bare.example", str(stack.mail.authority)
    )
    database = await asyncpg.connect(stack.postgres.urls["intake"])
    await database.execute("create table bench_bare (id text primary key)")
    consumer = AIOKafkaConsumer(TOPIC, **options, auto_offset_reset="earliest")
    producer = AIOKafkaProducer(**options, acks="all")
    await consumer.start()
    await producer.start()
    try:
        passing = asyncio.create_task(_pass_on(consumer, database, courier, count))
        began = await paced(count, per_second, lambda number: producer.send(TOPIC, _address(number).encode()))
        await passing
        return {_address(number): at for number, at in enumerate(began)}
    finally:
        await consumer.stop()
        await producer.stop()
        await courier.close()
        await database.execute("drop table bench_bare")
        await database.close()
        admin.delete_topics([TOPIC])
        admin.close()


async def paced(count: int, per_second: float, send: Callable[[int], Any]) -> list[float]:
    """Call `send(number)` at its own instant each, late or not. Returns the instants, in seconds since 1970."""
    clock, loop = SystemClock(), asyncio.get_running_loop()
    start, began = loop.time(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, start + number / per_second - loop.time()))
        began.append(clock.now().timestamp())
        await send(number)
    return began


async def _pass_on(consumer: AIOKafkaConsumer, database: Any, courier: SmtpCourier, count: int) -> None:
    sending = set()
    async for record in consumer:
        address = record.value.decode()
        await database.execute("insert into bench_bare values ($1)", address)
        sending.add(asyncio.create_task(courier.send(_letter(address))))
        if len(sending) == count:
            await asyncio.gather(*sending)
            return


def _address(number: int) -> str:
    return f"bare-{number}@{DOMAIN}"


def _letter(address: str) -> Letter:
    reference = address.partition("@")[0]
    return Letter(
        to=address,
        reference=reference,
        message_id=f"<{reference}@{DOMAIN}>",
        return_token=reference,
        written=SystemClock().now(),
        language="en",
        subject="Measured",
        text="This is a mail of about the usual length.\n" * 40,
        html="<p>This is a mail of about the usual length.</p>\n" * 60,
    )
