"""Whether a process can do its work right now, and if not, why: what `/readyz` shows."""

from collections.abc import Mapping


class Standing:
    """Reasons for not being ready, by who reports them. Empty means ready."""

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}

    def fine(self, who: str) -> None:
        self._reasons.pop(who, None)

    def troubled(self, who: str, reason: str) -> None:
        """`reason` is made of fixed words and type names, for a person on call."""
        self._reasons[who] = reason

    @property
    def ready(self) -> bool:
        return not self._reasons

    @property
    def reasons(self) -> Mapping[str, str]:
        return dict(self._reasons)
