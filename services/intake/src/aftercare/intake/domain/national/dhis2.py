"""DHIS2 tracker events: opaque ids whose meaning lies in the server's metadata, so they need a mapping file."""

from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.format_row import Format
from aftercare.intake.domain.json_values import obj, objects
from aftercare.intake.domain.national.parts import one_record
from aftercare.intake.domain.outcome import Examined, Reason, RefusedError

FORMAT = "dhis2-event"
_TELLING = ({"program", "orgUnit", "dataValues"}, {"programStage", "orgUnit", "dataValues"})


def is_event(value: Any) -> bool:
    """One tracker event, or the wrapper of many."""
    said = obj(value)
    first = next(iter(objects(said.get("events"))), said)
    return any(names <= first.keys() for names in _TELLING)


def map_event(_value: Any, _context: Context) -> Examined:
    detail = "DHIS2 tracker events: only a mapping file that names their data elements can say what they mean"
    raise RefusedError(Reason.UNSUPPORTED_FORMAT, detail, FORMAT)


ROWS: tuple[Format, ...] = (one_record(FORMAT, is_event, map_event),)
