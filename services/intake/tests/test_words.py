"""Our words and the contracts' words are the same."""

from enum import StrEnum

import pytest

from aftercare.intake.domain import vocabulary
from aftercare.schemas import disclosure_milestone, identity, incident, rca, time

PAIRS: list[tuple[type[StrEnum], type[StrEnum]]] = [
    (vocabulary.HarmLevel, incident.Harm),
    (vocabulary.EventKind, incident.EventKind),
    (vocabulary.Actuality, incident.Actuality),
    (vocabulary.Severity, incident.Severity),
    (vocabulary.Seriousness, incident.Seriousness),
    (vocabulary.Outcome, incident.Outcome),
    (vocabulary.Flag, incident.Flag),
    (vocabulary.SubjectKind, incident.SubjectKind),
    (vocabulary.Relation, incident.Relation),
    (vocabulary.Route, incident.Route),
    (vocabulary.WithdrawalReason, incident.WithdrawalReason),
    (vocabulary.IdentifierKind, identity.IdentifierKind),
    (vocabulary.Precision, time.Precision),
    (vocabulary.RcaMethod, rca.RcaMethod),
    (vocabulary.FeedbackAudience, rca.FeedbackAudience),
    (vocabulary.Milestone, disclosure_milestone.Milestone),
]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_our_words_are_the_contracts_words(ours: type[StrEnum], theirs: type[StrEnum]) -> None:
    assert {word.value for word in ours} == {word.value for word in theirs}
