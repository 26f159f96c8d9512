"""Who is behind an identifier: what the roster knows is answered at once, the rest is asked of a coordinator."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from aftercare.directory import translation
from aftercare.directory.adapters import audit, identity_tasks
from aftercare.directory.adapters.audit import Deed
from aftercare.directory.adapters.identity_tasks import IdentityTask
from aftercare.directory.adapters.secrets import Tokens
from aftercare.directory.domain.values import Identifier
from aftercare.kit.ids import new_reference
from aftercare.kit.messaging.consumer import Received
from aftercare.kit.outcome import InvalidMessage
from aftercare.kit.privacy.sealed import CannotOpen, open_sealed
from aftercare.kit.store.transaction import Transaction
from aftercare.schemas.identity import IdentityAskedV1

CLAIM_LASTS = timedelta(minutes=30)
"""How long a coordinator keeps a task to themselves after their last look."""


class NoSuchTaskError(Exception):
    """There is no such task, or it has been answered."""


class TaskHeldError(Exception):
    """Somebody else works on it, or the caller has not claimed it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An identifier in the clear. It is shown to the coordinator who claimed the task, and never kept."""

    identifier: Identifier = field(repr=False)
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seals:
    """Opens sealed identifiers."""

    private_jwk: str = field(repr=False)
    tokens: Tokens

    def open(self, sealed: str) -> Opened:
        """Raises `InvalidMessage` (`cannot-open`, `sealed-content`)."""
        try:
            content = open_sealed(self.private_jwk, sealed)
            identifier = Identifier(str(content["system"]), str(content["kind"]), str(content["value"]))
            made = self.tokens.identifiers.tokens(identifier.system, identifier.kind, identifier.value)
        except CannotOpen:
            raise InvalidMessage("cannot-open", "not sealed for the key in AFTERCARE_DIRECTORY_PRIVATE_KEY") from None
        except (KeyError, ValueError):
            raise InvalidMessage("sealed-content", "the sealed content is not system, kind and value") from None
        return Opened(identifier, made)


async def on_asked(tx: Transaction, seals: Seals, batch: Sequence[Received[IdentityAskedV1]]) -> None:
    """Answer or ask on. A question whose token is not that of its sealed identifier is a dead letter."""
    opened = await asyncio.to_thread(lambda: [_checked(seals, received.message) for received in batch])
    for received, letter in zip(batch, opened, strict=True):
        outcome = await _outcome(tx, received.message, letter)
        if outcome:
            tx.emit(translation.answered(received.message.person, outcome, tx.now), received.cause)


def _checked(seals: Seals, asked: IdentityAskedV1) -> Opened:
    opened = seals.open(asked.sealed)
    if asked.person not in opened.tokens:
        raise InvalidMessage("token-mismatch", "the token is not that of the sealed identifier, under no key in force")
    return opened


async def _outcome(tx: Transaction, asked: IdentityAskedV1, opened: Opened) -> str | None:
    """The answer, as far as there is one already. Else a task is open afterwards."""
    if await identity_tasks.owner_of(tx.connection, opened.tokens):
        return "known"
    task = await identity_tasks.by_token(tx.connection, opened.tokens)
    if task is None:
        task = IdentityTask(
            new_reference("idt"), asked.kind.value, asked.source, "open", tx.now, asked.incident, sealed=asked.sealed
        )
        await identity_tasks.open_task(tx.connection, task)
    elif task.outcome == "known":
        await identity_tasks.reopen(tx.connection, task.reference, asked.sealed, tx.now)
    await identity_tasks.add_aliases(tx.connection, task.reference, opened.tokens, asked.person)
    return task.outcome if task.outcome != "known" else None


async def claim(tx: Transaction, seals: Seals, reference: str, *, coordinator: str) -> tuple[IdentityTask, Opened]:
    """Take a task and see its identifier; taking it again prolongs it. Raises `NoSuchTaskError`, `TaskHeldError`."""
    task = await _open_task(tx, reference)
    if task.held_by_other(coordinator, tx.now):
        raise TaskHeldError
    await identity_tasks.set_claim(tx.connection, reference, coordinator, tx.now + CLAIM_LASTS)
    await audit.record(tx, Deed(coordinator, "identifier.opened", reference))
    return task, seals.open(task.sealed or "")


async def release(tx: Transaction, reference: str, *, coordinator: str) -> None:
    """Give a task back. Raises as `claim`."""
    await _held_task(tx, reference, coordinator)
    await identity_tasks.set_claim(tx.connection, reference, None, None)
    await audit.record(tx, Deed(coordinator, "identity-task.released", reference))


async def open_held(tx: Transaction, seals: Seals, reference: str, *, coordinator: str) -> Opened:
    """The identifier of a task that the caller holds, to link it. Raises as `claim`."""
    task = await _held_task(tx, reference, coordinator)
    return seals.open(task.sealed or "")


async def answer(tx: Transaction, reference: str, outcome: str, *, coordinator: str) -> None:
    """Settle a held task and tell everybody who waits. Raises as `claim`.

    For `known` the identifier has been linked just before: that may have settled the task already.
    """
    if outcome != "known":
        await _held_task(tx, reference, coordinator)
    for asked in await identity_tasks.settle(tx.connection, reference, outcome, tx.now):
        tx.emit(translation.answered(asked, outcome, tx.now))
    await audit.record(tx, Deed(coordinator, "identity-task.answered", reference, result=outcome))


async def _open_task(tx: Transaction, reference: str) -> IdentityTask:
    task = await identity_tasks.lock(tx.connection, reference)
    if task is None or task.state != "open":
        raise NoSuchTaskError
    return task


async def _held_task(tx: Transaction, reference: str, coordinator: str) -> IdentityTask:
    task = await _open_task(tx, reference)
    if not task.held_by(coordinator, tx.now):
        raise TaskHeldError
    return task
