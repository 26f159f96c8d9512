"""What the meters promise: series that begin at nothing, edges on what packs promise, and no label that says whom."""

from collections.abc import Iterator

import pytest
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, NumberDataPoint

from aftercare.programme.clock_loader import load_clock_pack, shipped_clock_packs
from aftercare.programme.clocks import Calendar, Deadline, Route, Side, Standing
from aftercare.programme.happenings import Happening
from aftercare.sla import telemetry
from aftercare.sla.telemetry import SLA, MeasuredRule, Metric, Outcome, RuleLabels, Waiting

LABELS = RuleLabels(Side.SUPPORT, Standing.PRACTICE, "s-02-first-response")
RULE = MeasuredRule(LABELS, Route.PAGE, verified=True)
OF_IT = {"side": "support", "standing": "practice", "rule": "s-02-first-response"}


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> InMemoryMetricReader:
    made = InMemoryMetricReader()
    provider = MeterProvider([made])
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: provider)
    return made


def points(reader: InMemoryMetricReader, name: Metric) -> Iterator[NumberDataPoint | HistogramDataPoint]:
    data = reader.get_metrics_data()
    for scope in data.resource_metrics[0].scope_metrics if data else ():
        for metric in scope.metrics:
            if metric.name == name:
                for point in metric.data.data_points:
                    assert isinstance(point, NumberDataPoint | HistogramDataPoint)
                    yield point


def numbers(reader: InMemoryMetricReader, name: Metric) -> dict[tuple[object, ...], float]:
    found: dict[tuple[object, ...], float] = {}
    for point in points(reader, name):
        assert isinstance(point, NumberDataPoint)
        found[tuple((point.attributes or {}).values())] = float(point.value)
    return found


def test_every_ending_begins_at_nothing_so_that_the_first_miss_can_be_seen(reader: InMemoryMetricReader) -> None:
    telemetry.declare_rules([RULE])
    ended = numbers(reader, Metric.ENDED)
    assert set(ended.values()) == {0.0}
    assert {key[-1] for key in ended} == {outcome.value for outcome in Outcome}
    telemetry.count_ended(LABELS, Route.PAGE, Outcome.MISSED)
    assert sum(numbers(reader, Metric.ENDED).values()) == 1


def test_the_auditor_begins_at_nothing_too(reader: InMemoryMetricReader) -> None:
    telemetry.declare_auditor(Side.EVENT)
    assert set(numbers(reader, Metric.DIFFERENCES).values()) == {0.0}
    assert numbers(reader, Metric.AUDITED) == {("event",): 0.0}


def test_what_no_longer_waits_is_said_to_be_nothing(reader: InMemoryMetricReader) -> None:
    telemetry.record_waiting([RULE], {"s-02-first-response": Waiting(3, 1, 500.0, 60.0)})
    assert set(numbers(reader, Metric.OVERDUE).values()) == {1.0}
    telemetry.record_waiting([RULE], {})
    for name in (Metric.OPEN, Metric.OVERDUE, Metric.OLDEST_OPEN, Metric.OLDEST_OVERDUE):
        assert set(numbers(reader, name).values()) == {0.0}


def test_what_stopped_a_clock_is_measured_against_what_was_promised(reader: InMemoryMetricReader) -> None:
    telemetry.record_stopped(LABELS, Happening.PERSON_REACHED, elapsed=1800.0, promised=3600.0)
    telemetry.record_stopped(LABELS, Happening.PERSON_REACHED, elapsed=-5.0, promised=None)
    (elapsed,) = points(reader, Metric.START_TO_STOP)
    (share,) = points(reader, Metric.SHARE_USED)
    assert isinstance(elapsed, HistogramDataPoint)
    assert isinstance(share, HistogramDataPoint)
    assert (elapsed.count, elapsed.min, elapsed.max) == (2, 0.0, 1800.0)
    assert (share.count, share.sum) == (1, 0.5)
    assert elapsed.attributes == OF_IT | {"until": "person-reached"}


def test_a_birth_too_late_is_a_warning_of_its_own_kind(reader: InMemoryMetricReader) -> None:
    telemetry.count_started(LABELS, detection_lag=-1.0)
    telemetry.count_warnings(LABELS, Route.WORKLIST, 100, born_late=True)
    telemetry.count_warnings(LABELS, Route.WORKLIST, 80)
    assert {key[-1] for key in numbers(reader, Metric.WARNINGS)} == {"born-late", "80"}
    (lag,) = points(reader, Metric.DETECTION_LAG)
    assert isinstance(lag, HistogramDataPoint)
    assert lag.min == 0


def test_what_comes_by_the_thousand_is_counted_by_the_thousand(reader: InMemoryMetricReader) -> None:
    for times in (700, 300):
        telemetry.count_warnings(LABELS, Route.WORKLIST, 80, times=times)
        telemetry.count_ended(LABELS, Route.PAGE, Outcome.MISSED, times=times)
    assert list(numbers(reader, Metric.WARNINGS).values()) == [1000]
    assert list(numbers(reader, Metric.ENDED).values()) == [1000]


def test_no_label_says_who_where_or_which() -> None:
    said = {label for described in SLA.entries.values() for label in described.attributes}
    assert said == {str(attribute) for attribute in telemetry.Attribute}
    assert not said & {"site", "unit", "person", "case", "incident", "clock", "subject", "obligation"}


def test_an_edge_lies_on_every_deadline_that_a_pack_promises_in_elapsed_time() -> None:
    promised = {
        rule.form.within.elapsed.total_seconds()
        for name in shipped_clock_packs()
        for rule in load_clock_pack(name).rules
        if isinstance(rule.form, Deadline) and rule.form.calendar is Calendar.CONTINUOUS
    }
    assert promised
    assert promised <= set(telemetry.PROMISED)
