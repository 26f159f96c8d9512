"""People of a product experience: who sent it (PES-2), and who observed the event (PEO-19)."""

from collections.abc import Sequence

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import Named, NamedStaff
from aftercare.intake.domain.national.parts import display_name, staff_number
from aftercare.intake.domain.national.segments import Segment
from aftercare.intake.domain.vocabulary import Relation

_PROFESSIONALS = frozenset({"P", "R", "M", "H"})
"""HL7 table 0242: physician, pharmacist, mid-level and other health professionals. C is a consumer, L a lawyer."""


def staff(sender: Segment, observations: Sequence[Segment], context: Context) -> tuple[NamedStaff, ...]:
    """The sender as the reporter, professional observers as witnesses. Who wants to stay unnamed is guarded."""
    found = []
    reporter = _name(sender, 2, context)
    if reporter is not None:
        found.append(NamedStaff(reporter, Relation.REPORTER))
    elif sender.words(2):
        context.doubts.note("nameless:reporter")
    for one in observations:
        observer = _name(one, 19, context) if one.text(22).upper() in _PROFESSIONALS else None
        if observer is not None:
            guarded = one.text(25).upper() == "N"
            found.append(NamedStaff(observer, Relation.WITNESS, never_through_manager=guarded))
    return tuple(found)


def _name(segment: Segment, number: int, context: Context) -> Named | None:
    """`family^given`, or `number^family^given` of systems that put a number before the name."""
    parts = [part.strip() for part in next(iter(segment.repetitions(number)), ())]
    if len(parts) > 1 and any(sign.isdigit() for sign in parts[0]):
        return staff_number(parts[0], context)
    family, given = (*parts, "", "")[:2]
    return display_name(f"{given} {family.split('&')[0]}".strip(), context)
