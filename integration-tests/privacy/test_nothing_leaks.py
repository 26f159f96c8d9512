"""Promise two: nothing leaks. Identities are seeded, the story is played, and then they are looked for everywhere."""

import re

import pytest
from aftercare_local.stack import Stack
from aftercare_local.world.hospital import PATIENT, PATIENT_NUMBER
from aftercare_local.world.people import Person
from aftercare_local.world.spans import SpanCollector
from aftercare_local.world.world import World
from privacy import places
from privacy.leaks import find_leaks

DATABASES = ("intake", "directory", "directory_keys", "support", "outreach", "sla_event", "sla_support")
_LINK = re.compile(r"/[ac]/([A-Za-z0-9_-]{20,})")


def _identities(people: list[Person]) -> list[str]:
    """Everything by which somebody could be known."""
    seeded = [PATIENT, PATIENT.split()[1], PATIENT_NUMBER, "ten times the dose"]
    for person in people:
        seeded += [person.name, person.address, person.number, person.subject, person.family, person.mobile]
    return [identity for identity in seeded if identity]


@pytest.mark.real
def test_no_identity_and_no_link_is_found_in_any_topic_table_log_metric_or_trace(
    world: World, stack: Stack, spans: SpanCollector
) -> None:
    nora = world.given_staff("Noralind", "Quillfeather", mobile="+447700900190")
    petra = world.given_staff("Petronella", "Lundqvistersen", email="bounce.petronella@hospital.example")
    iris = world.given_supporter("Irisande", "Valerianova")
    stranger = world.a_person_not_on_the_roster("Tovestine", "Locumberger")
    incident = world.when_incident_is_filed(involving=[nora, petra, stranger], harm="severe")
    world.fast_forward(minutes=3)
    offer = world.expect_offer_to(nora)
    world.when_answered(offer, "talk")
    ask = world.expect_mail_to(iris, purpose="supporter-ask")
    world.when_answered(ask, "accept")
    card = world.expect_mail_to(iris, purpose="supporter-card")
    world.when_recorded_on_card(card, "contacted")
    world.expect_mail_to(nora, purpose="supporter-found")
    world.expect_offer_to(petra)
    world.expect_human_asked_to_call(petra)
    world.hospital.send_garbage(f"{PATIENT} {nora.name} {incident.number}".encode())
    world.settling.settle()

    tokens = [found for mail in (offer, ask, card) for found in _LINK.findall(mail.text)]
    assert tokens, "no link to look for"
    everywhere = [
        *places.topics(stack),
        *places.tables(world.databases, DATABASES),
        *places.logs(stack),
        *places.metrics(stack),
        *((f"span batch {number}", body) for number, body in enumerate(spans.taken)),
    ]
    for kind in (
        "aftercare.incident/",
        "intake table raw",
        "support table",
        "directory_keys",
        "log ",
        "metrics",
        "span",
    ):
        assert any(place.startswith(kind) and content for place, content in everywhere), f"nothing to search: {kind}"
    leaks = find_leaks([*_identities([nora, petra, iris, stranger]), *tokens], everywhere)
    assert not leaks, "\n".join(str(leak) for leak in leaks[:20])
