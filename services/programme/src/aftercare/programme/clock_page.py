"""The tables of `docs/clock-packs.md`, made from the shipped packs; what stands above them is written by hand.

`python -m aftercare.programme.clock_page PAGE` writes them anew; with `--check` it fails if they are stale.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from aftercare.programme.clock_loader import load_clock_pack, shipped_clock_packs
from aftercare.programme.clocks import (
    Age,
    BeforeState,
    ClockPack,
    ClockRule,
    Deadline,
    Form,
    NotBefore,
    Recurring,
    Span,
    Start,
    Timestamp,
    When,
    Window,
)
from aftercare.programme.happenings import TOLD

MARK = "<!-- Below: made by `python -m aftercare.programme.clock_page docs/clock-packs.md`; don't edit it here. -->\n"
_COLUMNS = (
    *("row", "promise", "for", "from", "until", "target", "calendar", "owner", "warns"),
    *("standing", "verified", "measured", "source"),
)
_HEAD = f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}\n"


def page(before: str) -> str:
    """The whole page: what stands before the mark stays, what stands after it is made anew. Raises `ValueError`."""
    top, mark, _ = before.partition(MARK)
    if not mark:
        raise ValueError("the page has lost the line under which the tables stand")
    packs = {name: load_clock_pack(name) for name in shipped_clock_packs()}
    return "".join([top, MARK, *(_section(pack, packs) for pack in packs.values())])


def is_stale(path: Path) -> bool:
    """Whether the tables at `path` differ from what the packs say now."""
    return not path.is_file() or path.read_text(encoding="utf-8") != page(path.read_text(encoding="utf-8"))


def own_rules(pack: ClockPack, packs: dict[str, ClockPack]) -> Iterator[ClockRule]:
    """What the pack itself says, without what it includes."""
    included = {rule for name in pack.includes for rule in packs[name].rules}
    return (rule for rule in pack.rules if rule not in included)


def _section(pack: ClockPack, packs: dict[str, ClockPack]) -> str:
    with_others = f" Includes {' and '.join(f'`{name}`' for name in pack.includes)}." if pack.includes else ""
    head = f"\n## `{pack.name}`: {pack.title}\n\nVersion {pack.version}.{with_others} {pack.about}\n\n{_HEAD}"
    return head + "".join(_row(rule) for rule in own_rules(pack, packs))


def _row(rule: ClockRule) -> str:
    cells = (
        rule.catalogue,
        f"{rule.title} (`{rule.id}`)",
        _for(rule.when),
        _from(rule.start),
        _or(rule.stop.on),
        _target(rule.form),
        "" if _has_no_end(rule.form) else rule.form.calendar,
        rule.owner,
        _warns(rule),
        rule.standing,
        "yes" if rule.verified else "no",
        _measured(rule),
        rule.source,
    )
    return f"| {' | '.join(' '.join(cell.split()).replace('|', '/') for cell in cells)} |\n"


def _for(when: When) -> str:
    harm = "" if when.harm_at_least is None else f"harm from {when.harm_at_least} on"
    if when.unknown_harm:
        harm += ", or unknown"
    flags = f"flag {_or(when.flags)}" if when.flags else ""
    parts = [" or ".join(part for part in (harm, flags) if part)]
    parts += [_or(when.kinds), f"named by {_or(when.routes)}" if when.routes else ""]
    parts += [f"analysed by {_or(when.methods)}" if when.methods else ""]
    return "; ".join(part for part in parts if part) or "all"


def _from(start: Start) -> str:
    times = [start.at, *(time for time in start.otherwise if time != start.at)]
    said = "" if start.at is Timestamp.AT else f" ({', else '.join(times)})"
    return _or(start.on) + said


def _or(words: tuple[str, ...]) -> str:
    return " or ".join(words)


def _target(form: Form) -> str:
    match form:
        case Deadline():
            return f"within {_span(form.within)}"
        case Window():
            return f"after {_span(form.opens)}, within {_span(form.closes)}"
        case NotBefore():
            return f"not before {_span(form.after)}"
        case Recurring():
            return f"every {_span(form.every)}"
        case BeforeState():
            return f"before {form.happening}, within {_span(form.at_latest)}"
        case Age():
            return "age" if form.objective is None else f"age; local objective {_span(form.objective)}"


def _span(span: Span) -> str:
    parts = ((span.months, "month"), (span.days, "day"), (span.hours, "hour"), (span.minutes, "minute"))
    return " and ".join(f"{count:g} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count)


def _has_no_end(form: Form) -> bool:
    return isinstance(form, Age) and form.objective is None


def _warns(rule: ClockRule) -> str:
    warnings = rule.warnings
    if _has_no_end(rule.form) or isinstance(rule.form, NotBefore):
        return ""
    marks = ", ".join(str(percent) for percent in warnings.at)
    missed = f"; missed: {warnings.missed}" if warnings.missed not in {None, warnings.route} else ""
    return f"{marks} %: {warnings.route}{missed}"


def _measured(rule: ClockRule) -> str:
    if rule.waits_for:
        return f"as soon as a message says {_or(rule.waits_for)}"
    begins = "begins" if rule.enabled else "off"
    if rule.is_endless:
        return f"{begins}; no message says {_or(tuple(one for one in rule.stop.on if one not in TOLD))} yet"
    return "yes" if rule.enabled else "off"


def main(arguments: list[str]) -> int:
    """The exit status: 1 where `--check` finds the page stale."""
    path = Path(arguments[0])
    if "--check" in arguments:
        return int(is_stale(path))
    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
