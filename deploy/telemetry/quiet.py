"""Quiet days as promtool reads them: a Friday, a night of little, a Saturday, and nothing that should ring.

Made up by a generator of chance with a fixed seed, so that it is the same each time. A hospital of middling size: two
incidents an hour by day, few at night, half as many on a Saturday.
"""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

STEP_MINUTES: Final = 5
DAYS: Final = 2
"""Friday and Saturday; more would only take longer."""
STEPS: Final = DAYS * 24 * 60 // STEP_MINUTES
QUIET: Final = 'count by (alertname, severity) (count_over_time(ALERTS{alertstate="firing", severity!="none"}[2d]))'
_SERVICES: Final = ("intake", "support")
_CHANCE: Final = random.Random(20260105)

Rate = Callable[[int], float]
"""Expected events in a step."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One counter: its series, and how many events are expected in each step."""

    series: str
    rate: Rate


def quiet_days(rule_files: list[str]) -> dict[str, Any]:
    """The content of a file for `promtool test rules`."""
    series = [*_counters(), *_lateness(), *_gauges(), *_targets()]
    return {
        "rule_files": rule_files,
        "evaluation_interval": f"{STEP_MINUTES}m",
        "tests": [
            {
                "name": "a Friday, a night and a Saturday ring nobody",
                "interval": f"{STEP_MINUTES}m",
                "input_series": [{"series": name, "values": values} for name, values in series],
                "promql_expr_test": [{"expr": QUIET, "eval_time": f"{DAYS * 24 * 60 - STEP_MINUTES}m"}],
            }
        ],
    }


def by_day(step: int) -> float:
    """Incidents in one step: two an hour by day, a quarter of that at night, half of that on the Saturday."""
    hours = step * STEP_MINUTES / 60
    day, hour = int(hours // 24), hours % 24
    per_hour = 2.0 if 7 <= hour < 20 else 0.5
    return (per_hour / 2 if day >= 1 else per_hour) * STEP_MINUTES / 60


def _times(factor: float) -> Rate:
    return lambda step: factor * by_day(step)


def _counters() -> Iterator[tuple[str, str]]:
    ended = 'aftercare_sla_clocks_ended_total{side="support", standing="practice", rule="s-01-offer", route="page"'
    records = 'aftercare_intake_records_total{service="intake", role="api", source="north", format="fhir", outcome='
    mails = (
        'aftercare_outreach_messages_total{service="outreach", role="api", channel="email", purpose="offer", status='
    )
    flows = [
        Flow(f'{records}"mapped", reason="mapped", instance="intake-api"}}', _times(1)),
        Flow(f'{records}"parked", reason="harm-unknown", instance="intake-api"}}', _times(0.03)),
        Flow(f'{ended}, outcome="met", instance="sla-support-api"}}', _times(3)),
        Flow(f'{ended}, outcome="missed", instance="sla-support-api"}}', _times(0)),
        Flow(f'{ended}, outcome="unmeetable", instance="sla-support-api"}}', _times(0)),
        Flow(f'{mails}"sent", instance="outreach-api"}}', _times(4)),
        Flow(f'{mails}"failed", instance="outreach-api"}}', _times(0.02)),
        Flow('aftercare_synthetic_sent_total{service="intake", role="api", instance="intake-api"}', lambda _: 1),
    ]
    for flow in flows:
        yield flow.series, _counted(flow.rate)
    for service in _SERVICES:
        where = f'service="{service}", role="stream", consumer="incidents", instance="{service}-stream"'
        yield f"aftercare_messages_consumed_total{{{where}}}", _counted(_times(20))
        yield f"aftercare_messages_handled_total{{{where}}}", _counted(_times(20))
        web = f'service="{service}", role="api", http_route="/x", http_response_status_code="200"'
        yield f'http_server_request_duration_seconds_count{{{web}, instance="{service}-api"}}', _counted(_times(10))


def _lateness() -> Iterator[tuple[str, str]]:
    """Histograms in which everything is on time: the bucket counts as much as the whole."""
    for service in _SERVICES:
        pulse = f'service="{service}", role="stream", consumer="incidents", instance="{service}-stream"'
        timer = f'service="{service}", role="api", kind="seen", instance="{service}-api"'
        topic = f'service="{service}", role="stream", messaging_destination_name="t", instance="{service}-stream"'
        yield from _histogram("aftercare_synthetic_duration_seconds", pulse, ("60.0",), lambda _: 1)
        yield from _histogram("aftercare_timers_lateness_seconds", timer, ("5.0", "300.0"), _times(6))
        yield from _histogram("messaging_process_duration_seconds", topic, ("2.5",), _times(20))
    for side in ("event", "support"):
        engine = f'side="{side}", service="sla-{side}", role="api", instance="sla-{side}-api"'
        yield from _histogram("aftercare_sla_engine_lateness_seconds", engine, ("60.0",), _times(2))


def _histogram(name: str, labels: str, edges: tuple[str, ...], rate: Rate) -> Iterator[tuple[str, str]]:
    values = _counted(rate)
    yield f"{name}_count{{{labels}}}", values
    for edge in edges:
        yield f'{name}_bucket{{{labels}, le="{edge}"}}', values


def _gauges() -> Iterator[tuple[str, str]]:
    for service in _SERVICES:
        for role in ("api", "stream"):
            where = f'service="{service}", role="{role}", instance="{service}-{role}"'
            yield f"aftercare_process_ready{{{where}}}", f"1x{STEPS}"
            yield f"aftercare_outbox_oldest_age_seconds{{{where}}}", _seldom(20, 0.02)
            yield (
                f'aftercare_background_last_success_seconds{{{where}, step="relay"}}',
                f"0+{STEP_MINUTES * 60}x{STEPS}",
            )
        lag = f'service="{service}", role="stream", consumer="incidents", instance="{service}-stream"'
        yield f"aftercare_consumer_lag{{{lag}}}", _seldom(7, 0.1)
        yield f"aftercare_consumer_partitions{{{lag}}}", f"6x{STEPS}"
    night = " ".join(str(_waiting(step)) for step in range(STEPS))
    yield 'aftercare_support_offers_unsent_oldest_age_seconds{service="support", role="api"}', night
    yield 'aftercare_support_tasks_oldest_age_seconds{service="support", role="api"}', night
    for side in ("event", "support"):
        where = f'side="{side}", service="sla-{side}", role="auditor"'
        yield f"aftercare_sla_engine_backlog{{{where}}}", f"0x{STEPS}"
        yield f"aftercare_sla_auditor_differences_open{{{where}}}", f"0x{STEPS}"
        yield f"aftercare_sla_auditor_last_success_seconds{{{where}}}", f"0+{STEP_MINUTES * 60}x{STEPS}"
        rule = f'side="{side}", standing="practice", rule="s-01-offer", route="page", verified="yes"'
        yield f"aftercare_sla_rules{{{rule}}}", f"1x{STEPS}"


def _targets() -> Iterator[tuple[str, str]]:
    for service in _SERVICES:
        for role in ("api", "stream"):
            where = f'job="aftercare", service="{service}", role="{role}", instance="{service}-{role}"'
            yield f"up{{{where}}}", f"1x{STEPS}"
            yield f"process_start_time_seconds{{{where}}}", f"-86400x{STEPS}"


def _counted(rate: Rate) -> str:
    """A counter from nothing, with as many events in each step as chance will have it."""
    values = [0]
    for step in range(1, STEPS):
        values.append(values[-1] + _poisson(rate(step)))
    return " ".join(map(str, values))


def _poisson(expected: float) -> int:
    if expected >= 1 and expected == int(expected):
        return int(expected)
    limit, product, count = math.exp(-expected), _CHANCE.random(), 0
    while product > limit:
        product *= _CHANCE.random()
        count += 1
    return count


def _seldom(most: int, share: float) -> str:
    """Mostly nothing, now and then a little."""
    return " ".join(str(_CHANCE.randint(1, most) if _CHANCE.random() < share else 0) for _ in range(STEPS))


def _waiting(step: int) -> int:
    """What came in after nine in the evening waits for the morning."""
    minute = step * STEP_MINUTES % 1440
    into_the_night = (minute - 21 * 60) % 1440
    return into_the_night * 60 if into_the_night < 11 * 60 else 0
