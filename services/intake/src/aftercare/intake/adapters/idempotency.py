"""One answer per `Idempotency-Key`: the same request again gets the same answer, another body under it gets 409."""

import hashlib
import json
from typing import Any

from sqlalchemy import text

from aftercare.kit.store.transaction import Transaction


class KeyReusedError(Exception):
    """The key came before with another body."""


async def earlier_answer(tx: Transaction, client: str, key: str, body: bytes) -> dict[str, Any] | None:
    """The answer that this request got before, or `None` after having taken the key. Raises `KeyReusedError`.

    A second request with the same key waits here until the first has committed.
    """
    parameters = {"client": _digest(client.encode()), "key": _digest(key.encode()), "body": _digest(body)}
    taken = await tx.connection.execute(_TAKE, parameters | {"now": tx.now})
    if taken.rowcount:
        return None
    row = (await tx.connection.execute(_READ, parameters)).one()
    if row.body_hash != parameters["body"]:
        raise KeyReusedError
    return dict(row.answer)


async def remember(tx: Transaction, client: str, key: str, answer: dict[str, Any]) -> None:
    """Keep the answer for the key that `earlier_answer` took."""
    await tx.connection.execute(
        _KEEP, {"client": _digest(client.encode()), "key": _digest(key.encode()), "answer": json.dumps(answer)}
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


_TAKE = text(
    "insert into idempotency (client, key_hash, body_hash, answer, created_at)"
    " values (:client, :key, :body, '{}', :now) on conflict do nothing"
)
_READ = text("select body_hash, answer from idempotency where client = :client and key_hash = :key")
_KEEP = text("update idempotency set answer = cast(:answer as jsonb) where client = :client and key_hash = :key")
