"""Panels of the programme's page. Every query of a clock asks for one side and one class."""

from typing import Final

from telemetry.grafana import Panel, Query, Row, counted

_OF: Final = 'side="$side", standing="$standing"'
_ENDED: Final = "aftercare_sla_clocks_ended_total"
_STOPS: Final = "aftercare_sla_start_to_stop_seconds_bucket"


def _observed(series: str) -> str:
    return counted(series, "$__range")


_NOW: Final = (
    Panel(
        "Overdue now",
        "Their time has passed and nothing has happened since. Runbook: clocks-overdue.",
        [Query(f"sum by (rule) (max by (rule, route) (aftercare_sla_clocks_overdue{{{_OF}}})) > 0", "{{rule}}")],
        "stat",
        limit=1,
        width=6,
        height=5,
    ),
    Panel(
        "Not kept, in the chosen time",
        "Promises that the team missed. Those that were due before anybody could know are not among them.",
        [Query(f'sum by (rule) (increase({_ENDED}{{{_OF}, outcome="missed"}}[$__range])) > 0', "{{rule}}")],
        "stat",
        limit=1,
        width=6,
        height=5,
    ),
    Panel(
        "Running",
        "Promises that still can be kept.",
        [Query(f"sum(max by (rule) (aftercare_sla_clocks_open{{{_OF}}}))", "running")],
        "stat",
        width=6,
        height=5,
    ),
    Panel(
        "Born too late, in the chosen time",
        "Due before the system could know of them: a source that reports late. Nobody's miss; people waited.",
        [Query(f'sum(increase({_ENDED}{{{_OF}, outcome="unmeetable"}}[$__range]))', "born late")],
        "stat",
        width=6,
        height=5,
    ),
)
_KEPT: Final = (
    Panel(
        "Kept, as a share of those that ended",
        "Read it with the number beside it: of three promises, one is a third.",
        [
            Query(
                f'sum by (rule) (increase({_ENDED}{{{_OF}, outcome="met"}}[$__range]))'
                f' / sum by (rule) (increase({_ENDED}{{{_OF}, outcome=~"met|missed"}}[$__range]))',
                "{{rule}}",
            )
        ],
        "bargauge",
        unit="percentunit",
        width=12,
        height=10,
    ),
    Panel(
        "Ended, by how",
        "met, missed, unmeetable (due before anybody could know), cancelled.",
        [Query(f"sum by (rule, outcome) (increase({_ENDED}{{{_OF}}}[$__range])) > 0")],
        "table",
        width=12,
        height=10,
    ),
)
_HOW_LONG: Final = (
    *(
        Panel(
            title,
            "Half of them sooner, nine of ten sooner; all classes alike, since it asks no promise.",
            [
                Query(
                    f"histogram_quantile({share}, sum by (le) "
                    + _observed(f'aftercare_support_time_to_seconds_bucket{{until="{until}"}}')
                    + ")",
                    words,
                )
                for share, words in ((0.5, "half"), (0.9, "nine of ten"))
            ],
            "stat",
            unit="s",
        )
        for title, until in (
            ("From a case to its offer", "offered"),
            ("From a case to a yes or no", "answered"),
            ("From a case to a talk with a peer", "contacted"),
        )
    ),
    Panel(
        "From the start of a promise to what stopped it",
        "By rule and by what stopped it (an offer, a person reached, a peer's talk ...): nine of ten sooner.",
        [
            Query(
                f"histogram_quantile(0.9, sum by (le, rule, until) {_observed(f'{_STOPS}{{{_OF}}}')})",
                "{{rule}}: {{until}}",
            )
        ],
        "bargauge",
        unit="s",
        width=24,
        height=10,
    ),
    Panel(
        "Share of the promised time that was used",
        "Above 1 is too late. A dark band just below 1 means that promises are kept by a hair.",
        [Query(f"sum by (le) (increase(aftercare_sla_share_used_bucket{{{_OF}}}[$__rate_interval]))", "{{le}}")],
        "heatmap",
        width=12,
    ),
    Panel(
        "From the start of a promise to when the system knew",
        "Half, and nine of ten. Long: a source reports late. Runbook: clocks-born-late.",
        [
            Query(
                f"histogram_quantile({share}, sum by (le) "
                + _observed(f"aftercare_sla_detection_lag_seconds_bucket{{{_OF}}}")
                + ")",
                words,
            )
            for share, words in ((0.5, "half"), (0.9, "nine of ten"))
        ],
        "stat",
        unit="s",
        width=12,
    ),
)
_WAITING: Final = (
    Panel(
        "How long the oldest promise has been running",
        "By rule. Also where no time is promised: laws that name no number.",
        [Query(f"max by (rule) (aftercare_sla_clocks_oldest_open_age_seconds{{{_OF}}}) > 0", "{{rule}}")],
        unit="s",
        width=12,
    ),
    Panel(
        "Warnings given",
        "At which share of the time. Many at 80 and few at 100: people act on the warning.",
        [Query(f"sum by (mark) (increase(aftercare_sla_warnings_total{{{_OF}}}[$__rate_interval]))", "{{mark}}")],
        width=12,
    ),
    Panel(
        "People and work that wait",
        "Offers that no server took, people who said yes and have no supporter, tasks of coordinators, names without a "
        "person.",
        [
            Query("max(aftercare_support_offers_unsent)", "offers unsent"),
            Query("max(aftercare_support_cases_seeking)", "without a supporter"),
            Query("max(aftercare_support_tasks_open)", "tasks"),
            Query("max(aftercare_support_obligations_unresolved)", "nobody knows whose"),
        ],
        width=12,
    ),
    Panel(
        "How long the oldest of it has waited",
        "Runbooks: offers-unsent, tasks-wait, nobody-identified.",
        [
            Query("max(aftercare_support_offers_unsent_oldest_age_seconds)", "offers unsent"),
            Query("max(aftercare_support_tasks_oldest_age_seconds)", "tasks"),
            Query("max(aftercare_support_obligations_unresolved_oldest_age_seconds)", "nobody knows whose"),
        ],
        unit="s",
        width=12,
    ),
)
PROGRAMME_ROWS: Final = (
    Row("Now: $standing promises, $side side", _NOW),
    Row("Kept", _KEPT),
    Row("How long it took", _HOW_LONG),
    Row("What waits", _WAITING),
)
