"""Publishing what has changed about people, and answering who was waiting to be told that they are known."""

from collections.abc import Collection, Iterable
from datetime import date

from aftercare.directory import translation
from aftercare.directory.adapters import identity_tasks, people
from aftercare.directory.adapters.people import Loaded, Published
from aftercare.directory.domain.people import GONE, works_here
from aftercare.kit.store.transaction import Transaction


async def describe(tx: Transaction, touched: Collection[str]) -> int:
    """Publish a new snapshot, or a tombstone, for each of `touched` of whom others would now know something else.

    Whoever they were merged into is looked at too. Returns how many were published. Calling it again
    publishes nothing.
    """
    everybody = set(touched) | set((await people.survivors(tx.connection, touched)).values())
    done = [
        published
        for person in await people.load(tx.connection, everybody)
        if (published := _publish(tx, person)) is not None
    ]
    await people.save_published(tx.connection, done, tx.now)
    await _answer_questions(tx, [one.person for one in done if one.standing == "active"])
    return len(done)


def _publish(tx: Transaction, person: Loaded) -> Published | None:
    standing = standing_of(person, tx.now.date())
    token = person.description.person
    if standing != "active":
        fresh = person.published not in (None, GONE)
        if fresh:
            tx.emit(translation.removed(token))
        if not fresh and standing == person.standing:
            return None
        return Published(token, person.revision, standing, GONE if fresh else person.published)
    fingerprint = person.description.fingerprint()
    if fingerprint == person.published and person.standing == standing:
        return None
    tx.emit(translation.described(person.description, person.revision + 1, tx.now))
    return Published(token, person.revision + 1, standing, fingerprint)


def standing_of(person: Loaded, today: date) -> str:
    """Where a person stands today. Erased is for ever; merged until it is undone."""
    if person.standing == "erased":
        return "erased"
    if person.merged_into is not None:
        return "merged"
    if works_here(person.employments, today):
        return "active"
    return "left" if person.published else "new"


async def _answer_questions(tx: Transaction, persons: Iterable[str]) -> None:
    """Identity tasks whose identifier now belongs to somebody are answered by themselves."""
    for asked in await identity_tasks.settle_known(tx.connection, list(persons), tx.now):
        tx.emit(translation.answered(asked, "known", tx.now))


async def republish(tx: Transaction, persons: Collection[str]) -> int:
    """Say again what stands, unchanged and with its revision, so that a long-absent consumer can reconcile."""
    count = 0
    for person in await people.load(tx.connection, persons):
        count += 1
        if person.standing == "active":
            tx.emit(translation.described(person.description, person.revision, tx.now))
        elif person.published == GONE:
            tx.emit(translation.removed(person.description.person))
    return count
