"""People of a product experience: who sent it (PES-2), who observed it (PEO-19), who gave the medicine (RXA-10)."""

from collections.abc import Iterator, Sequence

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import Named, NamedStaff
from aftercare.intake.domain.national.parts import display_name, staff_number
from aftercare.intake.domain.national.segments import Segment
from aftercare.intake.domain.vocabulary import Relation

_PROFESSIONALS = frozenset({"P", "R", "M", "H"})
"""HL7 table 0242: physician, pharmacist, mid-level and other health professionals. C is a consumer, L a lawyer."""
_AUTHORITY = 9
"""The component of a numbered name that says whose number it is."""


def staff(sender: Segment, below: Sequence[Segment], context: Context) -> tuple[NamedStaff, ...]:
    """The sender as the reporter, professional observers as witnesses. Who wants to stay unnamed is guarded."""
    found = [NamedStaff(person, Relation.REPORTER) for person in _names(sender, 2, context)]
    if not found and sender.words(2):
        context.doubts.note("nameless:reporter")
    for one in below:
        if one.name == "RXA":
            found.extend(NamedStaff(person, Relation.INVOLVED) for person in _names(one, 10, context))
        if one.name == "PEO":
            found.extend(_observers(one, context))
    return tuple(found)


def _observers(observation: Segment, context: Context) -> Iterator[NamedStaff]:
    qualification = observation.text(22).upper()
    if not qualification and observation.words(19):
        context.doubts.note("unqualified:witness")
    if qualification in _PROFESSIONALS:
        guarded = observation.text(25).upper() == "N"
        for person in _names(observation, 19, context):
            yield NamedStaff(person, Relation.WITNESS, never_through_manager=guarded)


def _names(segment: Segment, number: int, context: Context) -> Iterator[Named]:
    for written in segment.repetitions(number):
        person = _name([part.strip() for part in written], context)
        if person is not None:
            yield person


def _name(parts: Sequence[str], context: Context) -> Named | None:
    """`family^given`, or `number^family^given`: told by a digit, an empty place or an authority of the number."""
    padded = [*parts, *([""] * _AUTHORITY)]
    is_numbered = any(sign.isdigit() for sign in padded[0]) or not padded[0] or bool(padded[_AUTHORITY - 1])
    if is_numbered and any(padded[1:]) and padded[0]:
        return staff_number(padded[0], context)
    family, given = padded[1:3] if is_numbered and any(padded[1:]) else padded[:2]
    return display_name(f"{given} {family.split('&')[0]}".strip(), context)
