"""Every series that an expression may name, from the catalogues in the code: with its labels, and edges of buckets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aftercare.kit.telemetry.catalogue import SECONDS_SHORT, Catalogue, Described
from aftercare.kit.telemetry.page import all_catalogues, scraped_name
from aftercare.outreach.domain.vocabulary import MessageStatus
from aftercare.programme.clocks import Route, Side, Standing
from aftercare.sla.telemetry import Attribute, Difference, Outcome
from telemetry.promql import Looked, looked_at

OF_A_TARGET: Final = frozenset({"job", "instance", "service", "role"})
"""Labels that scraping puts on every series: see `scrape.yaml`."""
OF_RULES: Final = frozenset({"slo", "alertname", "alertstate", "severity"})
ELSEWHERE: Final[Mapping[str, frozenset[str]]] = {
    "up": frozenset(),
    "ALERTS": frozenset({"alertname", "alertstate", "severity", "side", "standing"}),
    "process_start_time_seconds": frozenset(),
    "process_resident_memory_bytes": frozenset(),
    "process_cpu_seconds_total": frozenset(),
}
"""What Prometheus itself and the client library bring along."""


def _values(kind: Any) -> frozenset[str]:
    return frozenset(one.value for one in kind)


VALUES: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("aftercare_sla_", Attribute.SIDE): _values(Side),
    ("aftercare_sla_", Attribute.STANDING): _values(Standing),
    ("aftercare_sla_", Attribute.ROUTE): _values(Route),
    ("aftercare_sla_", Attribute.OUTCOME): _values(Outcome),
    ("aftercare_sla_auditor_", Attribute.KIND): _values(Difference),
    ("aftercare:clocks_ended", Attribute.OUTCOME): _values(Outcome),
    ("aftercare:clocks_ended", Attribute.STANDING): _values(Standing),
    ("aftercare:clocks_ended", Attribute.ROUTE): _values(Route),
    ("aftercare_outreach_messages", "status"): _values(MessageStatus),
    ("aftercare_intake_records", "outcome"): frozenset({"mapped", "parked", "rejected"}),
}
"""What a label can be, by the beginning of the metric's name: a word that is none of these never matches anything."""


@dataclass(frozen=True, slots=True)
class Known:
    """All series there are: name to labels, and the edges of each histogram as Prometheus writes them."""

    labels: Mapping[str, frozenset[str]]
    edges: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def faults(self, expression: str) -> Iterable[str]:
        """What the expression names that is not there."""
        looked = looked_at(expression)
        for selector in looked.selectors:
            if selector.metric not in self.labels:
                yield f"{selector.metric} is measured by nobody"
                continue
            for label, _, value in selector.matchers:
                yield from self._faults(selector.metric, label, value)
        yield from self._groups(looked)

    def _faults(self, metric: str, label: str, value: str) -> Iterable[str]:
        if label not in self.labels[metric] | OF_A_TARGET:
            yield f"{metric} has no label {label}"
        if label == "le" and value not in self.edges.get(metric, frozenset()):
            yield f"{metric} has no bucket that ends at {value}"
        for (beginning, of), values in VALUES.items():
            if label == of and metric.startswith(beginning):
                yield from (
                    f"{label} is never {word}" for word in value.split("|") if word not in values and word[0] != "$"
                )

    def _groups(self, looked: Looked) -> Iterable[str]:
        there = (
            OF_A_TARGET | OF_RULES | frozenset().union(*(self.labels.get(one.metric, ()) for one in looked.selectors))
        )
        yield from (f"nothing in it has the label {label}" for label in sorted(looked.grouped_by - there))


def measured(catalogues: Iterable[Catalogue] | None = None) -> Known:
    """What the code measures."""
    labels: dict[str, frozenset[str]] = dict(ELSEWHERE)
    edges: dict[str, frozenset[str]] = {}
    for catalogue in all_catalogues() if catalogues is None else catalogues:
        for name, one in catalogue.entries.items():
            _add(name, one, labels, edges)
    return Known(labels, edges)


def _add(name: str, one: Described, labels: dict[str, frozenset[str]], edges: dict[str, frozenset[str]]) -> None:
    scraped = scraped_name(name, one)
    own = frozenset(attribute.replace(".", "_") for attribute in one.attributes)
    if one.kind != "histogram":
        labels[scraped] = own
        return
    labels |= {f"{scraped}_sum": own, f"{scraped}_count": own, f"{scraped}_bucket": own | {"le"}}
    edges[f"{scraped}_bucket"] = frozenset(str(float(edge)) for edge in one.buckets or SECONDS_SHORT) | {"+Inf"}


def with_recordings(known: Known, groups: Iterable[Mapping[str, Any]]) -> Known:
    """The same and what rules record. A recording has the labels that it groups by, and those that its rule adds."""
    labels = dict(known.labels)
    for group in groups:
        for rule in group["rules"]:
            if "record" in rule:
                grouped = looked_at(rule["expr"]).grouped_by | frozenset(rule.get("labels", {}))
                labels[rule["record"]] = labels.get(rule["record"], frozenset()) | grouped
    return Known(labels, known.edges)
