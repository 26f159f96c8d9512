"""What can be counted at the door. Every label has a short, fixed list of values.

For alerts: the share of parked records of a source is `aftercare.intake.records` with outcome `parked` over all of
that source; a jump means that the source changed its format (`format` says which mapping and version met it). What
waits, and for how long, is `aftercare.intake.parked` and `aftercare.intake.parked.oldest.age`. A broken new mapping
file shows as `aftercare.intake.source_files.refused`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from aftercare.intake.config import SourceFiles
from aftercare.intake.domain.suspicion import SuspicionState
from aftercare.intake.service_layer.fetch_ports import Answer
from aftercare.intake.service_layer.take import Taken
from aftercare.kit.telemetry.catalogue import Catalogue, Described, Value


class Metric(StrEnum):
    RECORDS = "aftercare.intake.records"
    EFFECTS = "aftercare.intake.effects"
    DOUBTS = "aftercare.intake.doubts"
    FETCHES = "aftercare.intake.fetches"
    FETCH_TIME = "aftercare.intake.fetch.time"
    PARKED = "aftercare.intake.parked"
    PARKED_AGE = "aftercare.intake.parked.oldest.age"
    SUSPICIONS = "aftercare.intake.suspicions"
    SUSPICIONS_AGE = "aftercare.intake.suspicions.oldest.age"
    SOURCE_FILES_READ = "aftercare.intake.source_files.read"
    SOURCE_FILES_REFUSED = "aftercare.intake.source_files.refused"
    MAPPING_VERSION = "aftercare.intake.mapping.version"


class Attribute(StrEnum):
    SOURCE = "source"
    FORMAT = "format"
    OUTCOME = "outcome"
    REASON = "reason"
    EFFECT = "effect"
    DOUBT = "doubt"
    MAPPING = "mapping"
    ANSWER = "answer"
    STATE = "state"


FETCH_SECONDS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 6 * 3600.0, 24 * 3600.0)
CATALOGUE = Catalogue(
    "aftercare.intake",
    {
        Metric.RECORDS: Described(
            "counter",
            "{record}",
            "Records by how they ended. A share of parked ones that jumps means that a source changed its format.",
            (Attribute.SOURCE, Attribute.FORMAT, Attribute.OUTCOME, Attribute.REASON),
        ),
        Metric.EFFECTS: Described(
            "counter",
            "{record}",
            "What records did: applied, kept, superseded, conflict, duplicate, none.",
            (Attribute.SOURCE, Attribute.EFFECT),
        ),
        Metric.DOUBTS: Described(
            "counter",
            "{value}",
            "Values in mapped records that could not be read and count as unknown.",
            (Attribute.SOURCE, Attribute.DOUBT),
        ),
        Metric.FETCHES: Described(
            "counter",
            "{request}",
            "Requests to sources' own FHIR servers, by how they answered.",
            (Attribute.SOURCE, Attribute.ANSWER),
        ),
        Metric.FETCH_TIME: Described(
            "histogram",
            "s",
            "From the notification that only points at a record to the moment that the record was fetched.",
            (Attribute.SOURCE,),
            FETCH_SECONDS,
        ),
        Metric.PARKED: Described(
            "gauge",
            "{record}",
            "Records that wait in the parking lot, asked every minute. `format` names a mapping file and its version.",
            (Attribute.SOURCE, Attribute.FORMAT, Attribute.REASON),
        ),
        Metric.PARKED_AGE: Described(
            "gauge",
            "s",
            "How long the oldest record of a source has waited in the parking lot; 0 when none does.",
            (Attribute.SOURCE,),
        ),
        Metric.SUSPICIONS: Described(
            "gauge",
            "{pair}",
            "Pairs of incidents of different sources that could be one, asked every minute: open, or decided as same or"
            " different, or no-longer suspected.",
            (Attribute.STATE,),
        ),
        Metric.SUSPICIONS_AGE: Described(
            "gauge",
            "s",
            "How long the oldest suspicion has waited for a human to decide whether two incidents are one; 0: none.",
        ),
        Metric.SOURCE_FILES_READ: Described(
            "counter",
            "{reading}",
            "Readings of changed sources and mapping files: taken, or refused while the old ones stay in force.",
            (Attribute.OUTCOME,),
        ),
        Metric.SOURCE_FILES_REFUSED: Described(
            "gauge",
            "{state}",
            "1 while the sources or mapping files on disk are refused and older ones are in force.",
        ),
        Metric.MAPPING_VERSION: Described(
            "gauge", "{version}", "The version of each mapping file that is in force.", (Attribute.MAPPING,)
        ),
    },
)


def count(taken: Taken) -> None:
    """Count one ending. Source names come from the configuration, everything else from our own lists."""
    ending: dict[str, Value] = {
        Attribute.SOURCE: taken.source,
        Attribute.FORMAT: taken.format,
        Attribute.OUTCOME: taken.outcome.value,
        Attribute.REASON: taken.reason.value,
    }
    CATALOGUE.add(Metric.RECORDS, 1, ending)
    effect = taken.effect.value if taken.is_new else "duplicate"
    CATALOGUE.add(Metric.EFFECTS, 1, {Attribute.SOURCE: taken.source, Attribute.EFFECT: effect})
    for doubt in taken.doubts:
        CATALOGUE.add(Metric.DOUBTS, 1, {Attribute.SOURCE: taken.source, Attribute.DOUBT: doubt})


def record_fetch(source: str, answer: Answer, seconds: float) -> None:
    """A source's server answered, so long after the notification."""
    CATALOGUE.add(Metric.FETCHES, 1, {Attribute.SOURCE: source, Attribute.ANSWER: answer.value})
    if answer is Answer.FETCHED:
        CATALOGUE.record(Metric.FETCH_TIME, seconds, {Attribute.SOURCE: source})


def record_source_files(files: SourceFiles | None) -> None:
    """Changed sources and mappings were taken, or refused (`None`)."""
    taken = files is not None
    CATALOGUE.add(Metric.SOURCE_FILES_READ, 1, {Attribute.OUTCOME: "taken" if taken else "refused"})
    CATALOGUE.set(Metric.SOURCE_FILES_REFUSED, 0 if taken else 1)
    for mapping in files.mappings.everyone if files is not None else ():
        CATALOGUE.set(Metric.MAPPING_VERSION, mapping.version, {Attribute.MAPPING: mapping.name})


def show_suspicions(counts: Mapping[str, int], oldest: float) -> None:
    """How many pairs there are by state, and the age of the oldest open one. A state without any shows 0."""
    CATALOGUE.set(Metric.SUSPICIONS_AGE, oldest)
    for state in SuspicionState:
        CATALOGUE.set(Metric.SUSPICIONS, counts.get(state.value, 0), {Attribute.STATE: state.value})


class ParkingGauges:
    """What waits in the parking lot. A series that has emptied goes to 0 and does not linger at its last number."""

    def __init__(self) -> None:
        self._shown: set[tuple[str, str, str]] = set()
        self._sources: set[str] = set()

    def show(self, counts: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """`counts`: rows of `source`, `format`, `reason`, `records` and `since`."""
        waiting = {(row["source"], row["format"], row["reason"]): int(row["records"]) for row in counts}
        self._shown |= waiting.keys()
        for source, form, reason in self._shown:
            labels: dict[str, Value] = {
                Attribute.SOURCE: source,
                Attribute.FORMAT: form,
                Attribute.REASON: reason,
            }
            CATALOGUE.set(Metric.PARKED, waiting.get((source, form, reason), 0), labels)
        oldest: dict[str, float] = {}
        for row in counts:
            oldest[row["source"]] = max(oldest.get(row["source"], 0.0), (now - row["since"]).total_seconds())
        self._sources |= oldest.keys()
        for source in self._sources:
            CATALOGUE.set(Metric.PARKED_AGE, oldest.get(source, 0.0), {Attribute.SOURCE: source})
