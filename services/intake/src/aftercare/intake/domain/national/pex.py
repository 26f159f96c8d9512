"""HL7 v2 product experience messages: PEX^P07 tells of an event for the first time, P08 updates it (`interop.md` 2.4).

Read by position where the standard's positions hold, and by content where they do not: senders put dates where an
address and a telephone number are due. `PES-5` is the event; the control id of a message is reused by real systems.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.facts import IncidentDetails, IncidentReport, NamedPatient, Version
from aftercare.intake.domain.format_row import Format, NewContext
from aftercare.intake.domain.json_values import JsonObject, body_hash, identifier, text
from aftercare.intake.domain.national import pex_harm, pex_people
from aftercare.intake.domain.national.parts import each, last_change, mapped
from aftercare.intake.domain.national.segments import Segment, segments_of
from aftercare.intake.domain.outcome import Examined, Reason, Refusal, RefusedError
from aftercare.intake.domain.readers.document import format_of
from aftercare.intake.domain.stated_time import StatedTime
from aftercare.intake.domain.time_words import hl7_to_iso
from aftercare.intake.domain.vocabulary import Actuality, SubjectKind

FORMAT = "hl7v2-pex"
FIRST, UPDATE = "P07", "P08"
_TIME_STAMP = re.compile(r"(?:19|20)\d{6}(?:\d{2}){0,3}(?:\.\d+)?(?:[+-]\d{4})?", re.ASCII)
_TYPES = ("MR", "PI", "PT")
"""HL7 table 0203: numbers of a medical record, and of a patient inside and outside."""
_NARRATIVE = (("PES", 7), ("PES", 8), ("PEO", 13), ("PEO", 14), ("PEO", 15), ("PEO", 16), ("NTE", 3))


@dataclass(frozen=True, slots=True)
class Experience:
    """One event of a message: its PES with the observations below it, and what the whole message says."""

    head: Sequence[Segment]
    sender: Segment
    below: Sequence[Segment] = field(default_factory=tuple)

    @property
    def observations(self) -> list[Segment]:
        return [one for one in self.below if one.name == "PEO"]

    def first(self, name: str) -> Segment:
        return next((one for one in (*self.head, *self.below) if one.name == name), Segment(name))

    @property
    def is_misplaced(self) -> bool:
        """Dates where the sender's address and telephone number are due: nothing of this PES is in its place."""
        return any(_TIME_STAMP.fullmatch(self.sender.text(number)) for number in (3, 4))

    @property
    def aware(self) -> str:
        return self.sender.text(3 if self.is_misplaced else 9)

    @property
    def reported(self) -> str:
        return self.sender.text(4 if self.is_misplaced else 10)

    @property
    def event(self) -> str | None:
        return None if self.is_misplaced else identifier(self.sender.text(5))


def is_pex(value: Any) -> bool:
    if format_of(value) != "hl7v2":
        return False
    segments = segments_of(value)
    kind = next((one for one in segments if one.name == "MSH"), Segment("MSH"))
    if not kind.words(9):
        return any(one.name in ("PES", "PEO") for one in segments)
    return kind.text(9) == "PEX" or kind.text(9, 2) in (FIRST, UPDATE)


def experiences_of(value: JsonObject) -> list[Experience]:
    """One per PES. Observations that stand before the first PES belong to it.

    The standard knows one patient of a message. Another PID behind an event begins what is about another patient.
    """
    head: list[Segment] = []
    found: list[tuple[list[Segment], Segment, list[Segment]]] = []
    early: list[Segment] = []
    for segment in segments_of(value):
        if segment.name == "PES":
            found.append((head, segment, []))
        elif segment.name == "PID" and found and head is found[-1][0]:
            head = [*(one for one in head if one.name in ("MSH", "EVN")), segment]
        elif segment.name in ("MSH", "EVN", "PID", "PD1", "PV1", "PV2"):
            head.append(segment)
        else:
            (found[-1][2] if found else early).append(segment)
    if not found:
        return [Experience(head, Segment("PES"), early)]
    first, sender, below = found[0]
    return [Experience(first, sender, [*early, *below]), *(Experience(*one) for one in found[1:])]


def map_experience(experience: Experience, context: Context, digest: str) -> Examined:
    """One event. Raises `RefusedError` for an update that does not say of what."""
    header = experience.first("MSH")
    trigger = header.text(9, 2) or experience.first("EVN").text(1)
    event = experience.event
    if event is None and trigger == UPDATE:
        raise RefusedError(
            Reason.MISSING_FIELD, "PES-5, the event that this P08 updates, is missing or misplaced", FORMAT
        )
    if event is None:
        context.doubts.note("no-event-id")
    record_id = event or f"body:{digest}"
    record = [FORMAT, digest, event]
    staff = pex_people.staff(experience.sender, experience.below, context)
    fact = IncidentReport(
        source_id=record_id,
        details=_details(experience, context),
        numbers=(event,) if event is not None else (),
        staff=staff,
        patients=_patients(experience, context),
    )
    return mapped(FORMAT, record, record_id, fact, context, _version(experience, trigger, context))


def _version(experience: Experience, trigger: str, context: Context) -> Version:
    """The sender's own count, and when the message was made: an update is newer than a first report of that moment.

    No update is the zeroth of its event: such a count is a field that its sender fills in always in the same way.
    """
    number = experience.sender.text(6)
    is_count = number.isdigit() and not (trigger == UPDATE and not number.strip("0"))
    stated = number if is_count and not experience.is_misplaced else None
    made = experience.first("MSH").text(7) or experience.first("EVN").text(2)
    updated: datetime | None = last_change(hl7_to_iso(made) if made else None, context.source.zone)
    if updated is not None and trigger == UPDATE:
        updated += timedelta(microseconds=1)
    return Version(stated, updated)


def _details(experience: Experience, context: Context) -> IncidentDetails:
    axes, harm = pex_harm.read(experience.observations, context)
    place = experience.first("PV1")
    written = [place.text(3, part) for part in (1, 4, 2)] + [experience.first("MSH").text(4)]
    site, unit = context.place([word for word in written if word])
    onsets = [_moment(one.text(3), "PEO-3", context) for one in experience.observations]
    return IncidentDetails(
        site=site,
        unit=unit,
        occurred=min((one for one in onsets if one is not None), key=lambda one: one.earliest, default=None),
        discovered=_moment(experience.aware, "PES-9", context),
        recorded=_moment(experience.reported or experience.first("EVN").text(2), "PES-10", context),
        actuality=Actuality.ACTUAL,
        severity=axes.severity,
        seriousness=axes.seriousness,
        outcome=axes.outcome,
        harm=harm,
        harm_rule=pex_harm.RULE,
        subject=SubjectKind.PATIENT if any(one.name == "PID" for one in experience.head) else SubjectKind.UNKNOWN,
        narrative_present=_has_narrative(experience),
        synthetic=context.source.synthetic,
        backfill=context.source.backfill,
    )


def _has_narrative(experience: Experience) -> bool:
    """Texts of the event. Of a misplaced PES nobody knows which field is which."""
    known = [*experience.below, *(() if experience.is_misplaced else (experience.sender,))]
    return any(segment.text(number) for segment in known for name, number in _NARRATIVE if segment.name == name)


def _patients(experience: Experience, context: Context) -> tuple[NamedPatient, ...]:
    """One, however many numbers they have: the hospital's own if its type says which that is, else the first."""
    numbers = [[*one, "", "", "", ""] for one in experience.first("PID").repetitions(3) if one and identifier(one[0])]
    ranked = sorted(numbers, key=lambda one: _TYPES.index(one[4].strip()) if one[4].strip() in _TYPES else len(_TYPES))
    return tuple(
        NamedPatient(text(one[3]) or context.source.system, number)
        for one in ranked[:1]
        if (number := identifier(one[0])) is not None
    )


def _moment(words: str, name: str, context: Context) -> StatedTime | None:
    return context.doubts.moment(hl7_to_iso(words) if words else None, name, context.source.zone)


def _map_message(payload: Payload, new: NewContext) -> Sequence[Examined]:
    if any(one.name == "MSA" for one in segments_of(payload.value)):
        return [Refusal(Reason.NOT_AN_INCIDENT, "a receipt for a message about a product experience", FORMAT)]
    found = experiences_of(payload.value)
    whole = body_hash(payload.value)
    digests = [whole if len(found) == 1 else body_hash([whole, index]) for index in range(len(found))]
    return each(FORMAT, list(zip(found, digests, strict=True)), _ending, new)


def _ending(numbered: tuple[Experience, str], context: Context) -> Examined:
    experience, digest = numbered
    if not experience.observations and experience.event is None:
        return Refusal(Reason.NOT_AN_INCIDENT, "a product experience message without an event (PES, PEO)", FORMAT)
    return map_experience(experience, context, digest)


ROWS: tuple[Format, ...] = (Format(FORMAT, lambda payload: is_pex(payload.value), _map_message),)
