"""A newer producer does not stop an older reader, and nobody acts on a guess."""

import json
from pathlib import Path
from typing import Any

import pytest

from aftercare.schemas.incident import Flag, Harm, IncidentReportedV1, Relation
from aftercare.schemas.registry import UnreadableMessageError, decode
from aftercare.schemas.staff import ChannelKind, RoleGroup, StaffDescribedV1

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def incident() -> dict[str, Any]:
    folder = EXAMPLES / "incident" / "reported.v1"
    loaded: dict[str, Any] = json.loads((folder / "medication-error-with-two-nurses-and-a-resident.json").read_text())
    return loaded


def reported(body: dict[str, Any]) -> IncidentReportedV1:
    message = decode("org.aftercare.incident.reported.v1", json.dumps(body).encode())
    assert isinstance(message, IncidentReportedV1)
    return message


def test_a_type_nobody_knows_yet_is_skipped() -> None:
    assert decode("org.aftercare.incident.exploded.v1", b"{}") is None


def test_a_field_nobody_knows_yet_is_ignored(incident: dict[str, Any]) -> None:
    known = reported(incident)
    incident["state"]["mood"] = "new"
    assert reported(incident) == known


def test_an_unknown_harm_becomes_unknown_instead_of_a_dead_letter(incident: dict[str, Any]) -> None:
    incident["state"]["harm"] = "catastrophic"
    assert reported(incident).state.harm is Harm.UNKNOWN


def test_unknown_items_of_a_list_are_left_out_and_the_known_ones_stay(incident: dict[str, Any]) -> None:
    incident["state"]["flags"] = ["brand-new", "never-event", "newer-still", "sentinel"]
    assert reported(incident).state.flags == (Flag.NEVER_EVENT, Flag.SENTINEL)


def test_a_person_with_an_unknown_relation_is_still_offered_support(incident: dict[str, Any]) -> None:
    incident["state"]["involved"][2]["relation"] = "bystander"
    involved = reported(incident).state.involved
    assert len(involved) == 3
    assert involved[2].relation is Relation.INVOLVED


def test_a_new_role_is_other_and_a_new_channel_is_left_out() -> None:
    body = json.loads((EXAMPLES / "staff/described.v1/a-night-nurse-with-two-identifiers.json").read_text())
    body |= {"role_group": "robot-operator", "channels": ["hologram", "email", "pager"]}
    staff = decode("org.aftercare.staff.described.v1", json.dumps(body).encode())
    assert isinstance(staff, StaffDescribedV1)
    assert (staff.role_group, staff.channels) == (RoleGroup.OTHER, (ChannelKind.EMAIL,))


def test_an_unknown_choice_is_unreadable_because_a_guess_would_be_worse() -> None:
    body = json.loads((EXAMPLES / "answer/given.v1/she-wants-to-talk.json").read_text()) | {"choice": "maybe"}
    with pytest.raises(UnreadableMessageError, match=r"^choice: enum$"):
        decode("org.aftercare.answer.given.v1", json.dumps(body).encode())


def test_a_second_fault_is_not_hidden_by_the_first(incident: dict[str, Any]) -> None:
    incident["state"] |= {"harm": "catastrophic", "incident": "Anna Berger"}
    with pytest.raises(UnreadableMessageError) as caught:
        reported(incident)
    assert "Anna" not in str(caught.value)


@pytest.mark.parametrize("data", [None, b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"state": 1}'])
def test_garbage_is_unreadable_and_never_anything_worse(data: bytes | None) -> None:
    with pytest.raises(UnreadableMessageError):
        decode("org.aftercare.incident.reported.v1", data)
