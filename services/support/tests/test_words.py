"""Our words and the words of the contracts are the same, so that translating never loses one."""

from enum import StrEnum

import pytest

from aftercare.programme.model import HarmLevel
from aftercare.schemas import answer, identity, incident, outreach_request, staff, support_case
from aftercare.support.domain import vocabulary
from aftercare.support.domain.wordlists import CHANNELS, ROLE_GROUPS


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (vocabulary.CaseState, support_case.CaseState),
        (vocabulary.Settlement, support_case.Settlement),
        (vocabulary.Reason, support_case.NoOfferReason),
        (vocabulary.Unresolved, support_case.Unresolved),
        (vocabulary.AssignmentState, support_case.AssignmentState),
        (vocabulary.Route, incident.Route),
        (vocabulary.Choice, answer.Choice),
        (vocabulary.Wish, outreach_request.Wish),
        (vocabulary.Purpose, outreach_request.Purpose),
        (HarmLevel, incident.Harm),
    ],
)
def test_the_same_words(ours: type[StrEnum], theirs: type[StrEnum]) -> None:
    assert [word.value for word in ours] == [word.value for word in theirs]


def test_the_same_word_lists_for_staff() -> None:
    assert list(ROLE_GROUPS) == [word.value for word in staff.RoleGroup]
    assert list(CHANNELS) == [word.value for word in staff.ChannelKind]


def test_every_identity_outcome_but_known_is_a_verdict() -> None:
    outcomes = {word.value for word in identity.IdentityOutcome} - {"known"}
    assert outcomes <= {word.value for word in vocabulary.Verdict}
