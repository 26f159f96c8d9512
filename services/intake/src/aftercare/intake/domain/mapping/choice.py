"""Which way a record is mapped: by its source's mapping file, by the table of formats, or by a file for anybody."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare.intake.domain.contract.messages import is_ours
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.formats import map_payload
from aftercare.intake.domain.mapping.plan import Mappings, SourceMapping
from aftercare.intake.domain.mapping.records import NewContext, map_records, recognises
from aftercare.intake.domain.mapping.trace import Trace
from aftercare.intake.domain.outcome import Examined, Reason, Refusal
from aftercare.intake.domain.unrecognised import refuse_unrecognised

_UNKNOWN = frozenset({Reason.UNKNOWN_SHAPE, Reason.UNSUPPORTED_TYPE, Reason.UNSUPPORTED_FORMAT})


def endings_of(
    payload: Payload, source: str, mappings: Mappings, new_context: NewContext, trace: Trace | None = None
) -> Sequence[Examined]:
    """What becomes of one payload: at least one ending. Never raises.

    A source's own mapping comes first: the hospital said so. Messages of our contract need none.
    """
    own = () if is_ours(payload) else mappings.of(source)
    bound = _first(own, payload, trace)
    if bound is not None:
        return map_records(bound, payload, new_context, trace)
    endings = _by_the_table(payload, new_context)
    if not _is_unknown(endings):
        return endings
    anybody = _first(mappings.anywhere, payload, trace)
    if anybody is not None:
        return map_records(anybody, payload, new_context, trace)
    if own:
        detail = "none of the mapping files of its source recognises it"
        return [Refusal(Reason.UNKNOWN_SHAPE, detail, endings[0].format)]
    return endings


def grouping_of(payload: Payload, source: str, mappings: Mappings, new_context: NewContext) -> SourceMapping | None:
    """The mapping by which a payload can be a part of a record: it is mapped when all of its body is there."""
    own = () if is_ours(payload) else mappings.of(source)
    if not any(mapping.group for mapping in (*own, *mappings.anywhere)):
        return None
    bound = _first(own, payload, None)
    if bound is None and _is_unknown(_by_the_table(payload, new_context)):
        bound = _first(mappings.anywhere, payload, None)
    return bound if bound is not None and bound.group is not None else None


def _is_unknown(endings: Sequence[Examined]) -> bool:
    return len(endings) == 1 and isinstance(endings[0], Refusal) and endings[0].reason in _UNKNOWN


def _by_the_table(payload: Payload, new_context: NewContext) -> Sequence[Examined]:
    """No format of the table is a list: one thing in a list is that thing, and of several none may be lost."""
    if is_ours(payload) or not isinstance(payload.value, list):
        return map_payload(payload, new_context)
    if len(payload.value) == 1 and isinstance(payload.value[0], dict):
        return map_payload(replace(payload, value=payload.value[0]), new_context)
    return [refuse_unrecognised(payload)]


def _first(mappings: Sequence[SourceMapping], payload: Payload, trace: Trace | None) -> SourceMapping | None:
    return next((mapping for mapping in mappings if recognises(mapping, payload.value, trace)), None)
