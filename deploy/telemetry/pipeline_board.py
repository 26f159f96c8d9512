"""Panels of the pipeline's page."""

from typing import Final

from telemetry.grafana import Panel, Query, Row, counted


def _quantile(share: float, metric: str, by: str) -> str:
    return f"histogram_quantile({share}, sum by (le, {by}) (rate({metric}_bucket[$__rate_interval])))"


_FAULTS: Final = counted(
    'http_server_request_duration_seconds_count{http_response_status_code=~"5.."}', "$__rate_interval"
)
_FIRST: Final = (
    Panel(
        "Ringing",
        "Alerts that fire. Each has a page in docs/runbooks. DeadMansSwitch always fires.",
        [Query('ALERTS{alertstate="firing", alertname!="DeadMansSwitch"}')],
        "table",
        width=12,
    ),
    Panel(
        "Ready",
        "1 while a process can work. Runbook: not-ready.",
        [Query("min by (service, role) (aftercare_process_ready)", "{{service}} {{role}}")],
        "stat",
        width=12,
    ),
    Panel(
        "Share of errors in the last hour, as a part of the budget",
        "Above 14.4 it pages, above 6 for six hours too. Objectives are in deploy/telemetry/slo.",
        [
            Query(
                "aftercare:slo_errors:ratio_1h / on (slo) group_left () (1 - aftercare:slo_objective:ratio)",
                "{{slo}} {{service}}{{channel}}",
            )
        ],
        width=12,
        limit=14.4,
    ),
    Panel(
        "The synthetic incident: time to each consumer",
        "Nine of ten. No line: none is sent (AFTERCARE_SYNTHETIC_EVERY), or none arrives (runbook: synthetic-lost).",
        [
            Query(
                "histogram_quantile(0.9, sum by (le, service, consumer) ("
                "increase(aftercare_synthetic_duration_seconds_bucket[1h])))",
                "{{service}} {{consumer}}",
            )
        ],
        unit="s",
        width=12,
        limit=60,
    ),
)
_MESSAGES: Final = (
    Panel(
        "Handled per second",
        "Messages whose effects are committed.",
        [Query("sum by (service, consumer) (rate(aftercare_messages_handled_total[$__rate_interval]))")],
        unit="ops",
    ),
    Panel(
        "Behind",
        "Records on the topics that are not handled yet. Runbooks: consumer-stuck, consumer-lag-grows.",
        [Query("sum by (service, consumer) (aftercare_consumer_lag)", "{{service}} {{consumer}}")],
        limit=1000,
    ),
    Panel(
        "Given to read",
        "Partitions that the processes of a service read, added up. At none, nobody reads. Runbook: consumer-stuck.",
        [Query("sum by (service, consumer) (aftercare_consumer_partitions)", "{{service}} {{consumer}}")],
    ),
    Panel(
        "Put aside",
        "Dead letters of the last hour. Runbook: dead-letters.",
        [Query("aftercare:dead_letters:new1h", "{{service}} {{consumer}} {{reason}}")],
        limit=1,
    ),
    Panel(
        "Time per batch",
        "99 of 100, waiting and trying again included.",
        [Query(_quantile(0.99, "messaging_process_duration_seconds", "service"), "{{service}}")],
        unit="s",
        limit=2.5,
    ),
    Panel(
        "Outbox: age of the oldest",
        "What happened and nobody has been told. Runbook: outbox-growing.",
        [Query("max by (service) (aftercare_outbox_oldest_age_seconds)", "{{service}}")],
        unit="s",
        limit=300,
    ),
    Panel(
        "Published per second",
        "By topic, under the name of the OpenTelemetry conventions.",
        [
            Query(
                "sum by (messaging_destination_name) (rate(messaging_client_sent_messages_total[$__rate_interval]))",
                "{{messaging_destination_name}}",
            )
        ],
        unit="ops",
    ),
)
_DOORS: Final = (
    Panel(
        "Records by source",
        "In six hours, without synthetic ones. A source that falls to nothing: runbook source-silent.",
        [
            Query("aftercare:source_mapped:increase6h", "{{source}} mapped"),
            Query("aftercare:source_unmapped:increase6h", "{{source}} parked or rejected"),
        ],
    ),
    Panel(
        "Share that cannot be mapped",
        "By source, in six hours. Runbook: parked-records.",
        [Query("aftercare:source_unmapped_share:6h", "{{source}}")],
        unit="percentunit",
        limit=0.2,
    ),
    Panel(
        "Requests with a fault of ours",
        "By service and route's template.",
        [Query(f"sum by (service, http_route) {_FAULTS}", "{{service}} {{http_route}}")],
    ),
    Panel(
        "Messages to people, in an hour",
        "By what became of them. Sent is a server's word, not a person's.",
        [Query("sum by (channel, status) (increase(aftercare_outreach_messages_total[1h]))", "{{channel}} {{status}}")],
        width=12,
    ),
    Panel(
        "Time of a hand-over",
        "99 of 100, from claiming a message to the server's answer.",
        [Query(_quantile(0.99, "aftercare_outreach_send_duration_seconds", "channel"), "{{channel}}")],
        unit="s",
        width=12,
    ),
)
_TIME: Final = (
    Panel(
        "Timers: lateness",
        "99 of 100. Runbook: timers-late.",
        [Query(_quantile(0.99, "aftercare_timers_lateness_seconds", "service"), "{{service}}")],
        unit="s",
        limit=5,
    ),
    Panel(
        "Clocks: lateness of the engine",
        "99 of 100 marks. Never early. Runbook: clock-engine-late.",
        [Query(_quantile(0.99, "aftercare_sla_engine_lateness_seconds", "side"), "{{side}}")],
        unit="s",
        limit=1,
    ),
    Panel(
        "Clocks: due and not given, and differences of the auditor",
        "Both are nothing on a good day. Runbooks: clock-engine-stuck, auditor-difference.",
        [
            Query("max by (side) (aftercare_sla_engine_backlog)", "{{side}} due"),
            Query("max by (side) (aftercare_sla_auditor_differences_open)", "{{side}} differences"),
        ],
        limit=1,
    ),
    Panel(
        "Pulse: seconds since each step last ended well",
        "Runbook: heartbeat-stale.",
        [
            Query(
                "time() - max by (service, role, step) (aftercare_background_last_success_seconds"
                '{step=~"relay|timers|lag|send|.*backlog|tick|overview|audit"})',
                "{{service}} {{role}} {{step}}",
            )
        ],
        unit="s",
        width=12,
        limit=600,
    ),
    Panel(
        "Memory",
        "Of each process.",
        [Query("max by (service, role) (process_resident_memory_bytes)", "{{service}} {{role}}")],
        unit="bytes",
        width=12,
    ),
)
PIPELINE_ROWS: Final = (
    Row("First", _FIRST),
    Row("Messages", _MESSAGES),
    Row("Doors", _DOORS),
    Row("Time and processes", _TIME),
)
