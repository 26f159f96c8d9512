"""What types can't say of a clock pack: rules that are well formed and would measure nothing, or the wrong thing."""

from collections.abc import Iterator

from aftercare.programme.clocks import ClockPack
from aftercare.programme.validation import Problem


def clock_pack_problems(pack: ClockPack) -> list[Problem]:
    """Everything that is wrong with the pack's own rules, all at once."""
    return list(_twice(pack))


def _twice(pack: ClockPack) -> Iterator[Problem]:
    seen: set[tuple[str, int]] = set()
    for index, rule in enumerate(pack.rules):
        if (rule.id, rule.version) in seen:
            yield Problem(("rules", index, "id"), f"{rule.id} has a version {rule.version} already: give it the next")
        seen.add((rule.id, rule.version))
