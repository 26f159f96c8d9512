"""Counting what there is against what there must be: nothing lost, nothing doubled."""

from collections import Counter
from dataclasses import dataclass

from aftercare_local.world.world import World
from chaos.load import Load


@dataclass(frozen=True)
class Books:
    """Counts from the databases, the broker and the mail server."""

    incidents: int
    obligations: int
    doubled_obligations: int
    unsettled: int
    open_cases: int
    people_with_two_open_cases: int
    people_mailed: int
    mails_repeated: int
    offers_with_two_ids: int
    promised: int
    """Obligations for which a clock runs, or ran."""
    dead_letters: int


def count_up(world: World) -> Books:
    """Take stock of a system at rest."""
    value = world.databases.value
    named = "from obligation where involvement is not null"
    offers = [mail for mail in world.stack.mail.messages() if str(mail["message_id"]).startswith("<msg_")]
    copies = Counter(str(mail["message_id"]) for mail in offers)
    ids = Counter(to for to, _ in {(mail["envelope_to"][0], str(mail["message_id"])) for mail in offers})
    return Books(
        incidents=value("intake", "select count(*) from incident"),
        obligations=value("support", f"select count(*) {named}"),
        doubled_obligations=value("support", f"select count(*) - count(distinct (incident, involvement)) {named}"),
        unsettled=value("support", f"select count(*) {named} and settlement is null"),
        open_cases=value("support", "select count(*) from support_case where state <> 'closed'"),
        people_with_two_open_cases=value("support", "select count(*) - count(distinct person) from support_case"),
        people_mailed=len(ids),
        mails_repeated=sum(copies.values()) - len(copies),
        offers_with_two_ids=sum(count > 1 for count in ids.values()),
        promised=value("sla_support", "select count(distinct subject) from clock where subject like 'obl\\_%'"),
        dead_letters=world.settling.dead_letters(),
    )


def assert_balanced(books: Books, load: Load, *, kills_in_flight: int) -> None:
    """Zero lost, zero doubled; a mail may repeat only if it was in flight at a kill, and then with the same id."""
    people = len(load.people)
    assert books.incidents == len(load.incidents), books
    assert books.obligations == load.involvements, books
    assert books.doubled_obligations == 0, books
    assert books.unsettled == 0, books
    assert books.open_cases == people, books
    assert books.people_with_two_open_cases == 0, books
    assert books.people_mailed == people, books
    assert books.offers_with_two_ids == 0, books
    assert books.mails_repeated <= kills_in_flight, books
    assert books.promised == load.involvements, books
    assert books.dead_letters == 0, books
