"""The table of formats. A new format is a row here and a file beside it; rows are tried in order, first hit wins.

A row recognises a record by its fields. It maps it, or refuses it with a reason; one record in can be many out
(a Bundle).
"""

from collections.abc import Sequence
from dataclasses import replace

from aftercare.intake.domain.contract.messages import is_ours, map_message
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.fhir.fhir import FhirReader, Profile
from aftercare.intake.domain.fhir.table import fhir_rows
from aftercare.intake.domain.fhir.xml import as_json
from aftercare.intake.domain.format_row import Format, NewContext
from aftercare.intake.domain.national.lfpse import is_lfpse, map_one_of_many
from aftercare.intake.domain.national.table import NATIONAL
from aftercare.intake.domain.outcome import Examined, Reason, Refusal, RefusedError
from aftercare.intake.domain.unrecognised import refuse_unrecognised

_LFPSE = Profile("lfpse", is_lfpse, lambda event, context, setting: map_one_of_many(event, context, setting.neighbours))
"""Its events come in Bundles with others too."""
FORMATS: tuple[Format, ...] = (
    Format("aftercare-source", is_ours, lambda payload, new: [map_message(payload, new())]),
    *NATIONAL,
    *fhir_rows(FhirReader((_LFPSE,))),
)


def map_payload(payload: Payload, new_context: NewContext, only: str | None = None) -> Sequence[Examined]:
    """What becomes of one payload: at least one ending. `only` names the one format to try. Never raises."""
    name = "unknown"
    try:
        payload = replace(payload, value=as_json(payload.value))
        rows = [row for row in FORMATS if only in (None, row.name)]
        found = next((row for row in rows if row.recognises(payload)), None)
        if found is None:
            return [refuse_unrecognised(payload, only)]
        name = found.name
        return found.maps(payload, new_context)
    except RefusedError as refused:
        return [refused.refusal]
    except Exception as error:  # noqa: BLE001 - a fault of ours must not lose a record: it is kept and told by type
        return [Refusal(Reason.MAPPING_FAILED, f"the mapping stopped with {type(error).__name__}", name)]
