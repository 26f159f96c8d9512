"""HL7 v2 product experience messages."""

import itertools
from typing import Any

import pytest

from aftercare.intake.domain.outcome import Mapped, Reason
from aftercare.intake.domain.standing import Standing
from aftercare.intake.domain.vocabulary import HarmLevel, IdentifierKind, Outcome, Precision, Relation, Severity

from .conftest import RECORDS, Endings, refusal_of, report_of

FIRST, UPDATE = "hl7v2/p07.hl7", "hl7v2/p08-fatal.hl7"


def test_frames_and_line_ends_make_no_difference(endings: Endings) -> None:
    assert report_of(endings(FIRST)[0]) == report_of(endings("hl7v2/p07-in-a-frame-with-line-feeds.hl7")[0])


def test_the_event_is_pes_5_so_that_an_update_finds_its_first_report(endings: Endings) -> None:
    [first], [update] = endings(FIRST), endings(UPDATE)
    assert isinstance(first, Mapped)
    assert isinstance(update, Mapped)
    assert first.identity == update.identity
    assert report_of(first).source_id == "EV-1001"
    assert report_of(update).details.harm is HarmLevel.DEATH


def test_an_update_that_comes_before_its_first_report_stays_the_newer_one(endings: Endings) -> None:
    [first], [update] = endings(FIRST), endings(UPDATE)
    assert isinstance(first, Mapped)
    assert isinstance(update, Mapped)
    assert first.version.updated is not None
    for one, other in itertools.permutations([first, update]):
        late = Standing.of(one.version, first.version.updated)
        early = Standing.of(other.version, first.version.updated)
        assert late.supersedes(early) == (one is update)


def test_an_update_of_the_same_moment_without_a_number_is_the_newer_one(endings: Endings) -> None:
    text = (RECORDS / FIRST).read_bytes().replace(b"EV-1001|0|", b"EV-1001||")
    [first], [update] = endings(text), endings(text.replace(b"P07", b"P08"))
    assert isinstance(first, Mapped)
    assert isinstance(update, Mapped)
    assert first.version.updated is not None
    assert update.version.updated is not None
    assert update.version.updated > first.version.updated


def test_dates_where_an_address_is_due_are_read_as_dates_and_nothing_else_of_that_segment(endings: Endings) -> None:
    [ending] = endings("hl7v2/p07-misplaced-fields.hl7")
    details = report_of(ending).details
    assert isinstance(ending, Mapped)
    assert "no-event-id" in ending.doubts
    assert details.discovered is not None
    assert details.recorded is not None
    assert (details.discovered.precision, details.recorded.precision) == (Precision.INSTANT, Precision.DAY)
    assert (details.severity, details.harm) == (Severity.MODERATE, HarmLevel.MODERATE)


def test_two_different_events_with_the_same_control_id_stay_two(endings: Endings) -> None:
    one, two = endings(FIRST)[0], endings("hl7v2/p07-misplaced-fields.hl7")[0]
    assert isinstance(one, Mapped)
    assert isinstance(two, Mapped)
    assert one.identity != two.identity


def test_an_update_that_does_not_say_of_what_is_parked(endings: Endings) -> None:
    found = refusal_of(endings("hl7v2/p08-that-does-not-say-of-what.hl7")[0])
    assert found.reason is Reason.MISSING_FIELD
    assert "PES-5" in found.detail


def test_a_batch_is_as_many_records_as_it_has_events(endings: Endings) -> None:
    found = endings("hl7v2/batch-of-two-with-two-events.hl7")
    assert [report_of(one).source_id for one in found] == ["EV-1001", "EV-2001", "EV-2002"]
    assert [report_of(one).details.outcome for one in found] == [
        Outcome.RECOVERING,
        Outcome.RESOLVED,
        Outcome.RESOLVED_WITH_SEQUELAE,
    ]


def test_a_charset_that_the_message_states_is_believed(endings: Endings) -> None:
    [person] = report_of(endings("hl7v2/latin-1-by-msh-18.hl7")[0]).staff
    assert (person.person.kind, person.person.value) == (IdentifierKind.DISPLAY_NAME, "RENÉ MÜLLER")


def test_sender_and_professional_observer_are_named_and_a_number_is_better_than_a_name(endings: Endings) -> None:
    told = [(one.person.value, one.relation) for one in report_of(endings(FIRST)[0]).staff]
    assert told == [("RITA RECORD", Relation.REPORTER), ("OLAF OBSERVER", Relation.WITNESS)]
    [numbered] = report_of(endings("hl7v2/batch-of-two-with-two-events.hl7")[1]).staff
    assert (numbered.person.kind, numbered.person.value) == (IdentifierKind.IDENTIFIER, "N-1001")


def test_an_observer_who_will_not_be_named_is_never_reached_through_a_manager(endings: Endings) -> None:
    text = (RECORDS / FIRST).read_bytes().replace(b"|202603012330|Y", b"|202603012330|N")
    _, observer = report_of(endings(text)[0]).staff
    assert observer.never_through_manager


def test_a_consumer_who_observed_is_no_staff(endings: Endings) -> None:
    text = (RECORDS / FIRST).read_bytes().replace(b"|||M||2026", b"|||C||2026")
    assert [one.relation for one in report_of(endings(text)[0]).staff] == [Relation.REPORTER]


@pytest.mark.parametrize(
    ("peo", "harm"),
    [
        ("|||||||N||O|F", HarmLevel.UNKNOWN),
        ("|||||||Y|||", HarmLevel.SEVERE),
        ("|||||||||L|", HarmLevel.SEVERE),
        ("|||||||||D|", HarmLevel.DEATH),
        ("||||||||||D", HarmLevel.DEATH),
        ("||||||||||", HarmLevel.UNKNOWN),
    ],
)
def test_harm_is_the_worst_of_seriousness_consequence_and_outcome(endings: Endings, peo: str, harm: HarmLevel) -> None:
    message = f"MSH|^~\\&|A|B|C|D|2026||PEX^P07|1|P|2.5\rPES|||||E-1\rPEO|1|x{peo}\r"
    assert report_of(endings(message.encode())[0]).details.harm is harm


@pytest.mark.parametrize(("name", "reason"), [("admission", "unsupported-format"), ("no-event", "not-an-incident")])
def test_other_messages_are_named(endings: Endings, name: str, reason: str) -> None:
    assert refusal_of(endings(f"hl7v2/{name}.hl7")[0]).reason == reason


def test_separators_are_those_that_the_message_states(endings: Endings) -> None:
    standard = (RECORDS / FIRST).read_text().split("\r")
    table: Any = str.maketrans({"|": "#", "^": "!", "~": "*", "&": "%"})
    others = "\r".join(line.translate(table) for line in standard)
    assert report_of(endings(others.encode())[0]) == report_of(endings(FIRST)[0])


def message(*segments: str, kind: str = "PEX^P07") -> bytes:
    return "\r".join((f"MSH|^~\\&|A|HILL|C|D|20260302||{kind}|1|P|2.5", *segments)).encode()


def test_a_value_that_was_deleted_is_no_value(endings: Endings) -> None:
    deleted = '""'
    sender = "|".join(["PES", "HILL", *[deleted] * 11])
    observation = "|".join(["PEO", "1", "x", *[deleted] * 19, "M"])
    [ending] = endings(message(sender, observation))
    report = report_of(ending)
    assert isinstance(ending, Mapped)
    assert (report.numbers, report.staff, report.details.occurred) == ((), (), None)
    assert ending.doubts == ("no-event-id",)


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("RECORD^RITA", IdentifierKind.DISPLAY_NAME, "RITA RECORD"),
        ("^RECORD^RITA^^^Dr", IdentifierKind.DISPLAY_NAME, "RITA RECORD"),
        ("N1001^RECORD^RITA", IdentifierKind.IDENTIFIER, "N1001"),
        ("RREC^RECORD^RITA^^^^^^HILL", IdentifierKind.IDENTIFIER, "RREC"),
        ("RECORD", IdentifierKind.DISPLAY_NAME, "RECORD"),
    ],
)
def test_a_name_is_read_with_and_without_a_number_before_it(
    endings: Endings, written: str, kind: IdentifierKind, value: str
) -> None:
    [person] = report_of(endings(message(f"PES|HILL|{written}|||E-1", "PEO|1|x"))[0]).staff
    assert (person.person.kind, person.person.value) == (kind, value)


def test_everybody_whom_a_field_repeats_is_named(endings: Endings) -> None:
    observers = "PEO|1|x|||||||||||||||||OBSERVER^OLAF~WITNESS^WANDA|||M"
    report = report_of(endings(message("PES|H|N1^A^B~N2^C^D|||E-1", observers))[0])
    assert [one.person.value for one in report.staff] == ["N1", "N2", "OLAF OBSERVER", "WANDA WITNESS"]


def test_who_gave_the_medicine_was_involved(endings: Endings) -> None:
    given = "RXA|0|1|202603012300||DRUG^x|5|mg|||N2^GIVER^GINA"
    report = report_of(endings(message("PES|H||||E-1", "PEO|1|x", "PCR|x", "RXE|1", given))[0])
    assert [(one.person.value, one.relation) for one in report.staff] == [("N2", Relation.INVOLVED)]


def test_an_observer_of_unstated_profession_is_left_out_and_doubted(endings: Endings) -> None:
    [ending] = endings(message("PES|H||||E-1", "PEO|1|x|||||||||||||||||OBSERVER^OLAF"))
    assert isinstance(ending, Mapped)
    assert not report_of(ending).staff
    assert "unqualified:witness" in ending.doubts


def test_a_message_that_does_not_say_its_type_is_told_by_its_segments(endings: Endings) -> None:
    assert report_of(endings(message("PES|H||||E-1", "PEO|1|x", kind=""))[0]).source_id == "E-1"


@pytest.mark.parametrize("word", ["ANONYMOUS", "Unknown", "N/A"])
def test_a_sender_who_is_called_anonymous_is_nobody(endings: Endings, word: str) -> None:
    [ending] = endings(message(f"PES|H|{word}|||E-1", "PEO|1|x"))
    assert isinstance(ending, Mapped)
    assert not report_of(ending).staff
    assert "nameless:reporter" in ending.doubts


def test_a_name_is_not_lost_by_characters_that_nobody_sees(endings: Endings) -> None:
    [person] = report_of(endings(message("PES|H|RECORD^RITA\u200b|||E-1", "PEO|1|x"))[0]).staff
    assert person.person.value == "RITA RECORD"
