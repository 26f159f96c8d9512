"""Moments in the ways in which in-house systems write them, brought to ISO 8601 without gaining precision."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

EPOCH_SECONDS = "epoch-seconds"
EPOCH_MILLISECONDS = "epoch-milliseconds"
_DIRECTIVES = frozenset("YymdbBHIMSfpzjaA")
_SAMPLE = datetime(2026, 11, 22, 23, 14, 15, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_EPOCH = 32_503_680_000
"""The year 3000: what is larger counts something else."""


class FormatError(ValueError):
    """No format of moments. The text says what to do."""


def check_format(pattern: str) -> str:
    """The format, if moments can be read with it. Raises `FormatError`."""
    if pattern in (EPOCH_SECONDS, EPOCH_MILLISECONDS):
        return pattern
    found = _directives(pattern)
    unknown = sorted(found - _DIRECTIVES)
    if unknown:
        raise FormatError(f"there is no %{unknown[0]}; there are {', '.join(f'%{one}' for one in sorted(_DIRECTIVES))}")
    if not found & {"Y", "y"} or not (found & {"m", "b", "B", "j"}):
        raise FormatError("a format needs at least a year and a month, such as %d.%m.%Y or %d/%m/%Y %H:%M")
    try:
        datetime.strptime(_SAMPLE.strftime(pattern), pattern)  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        raise FormatError("this format can't be read back; try %d.%m.%Y %H:%M") from None
    return pattern


def as_iso(value: object, formats: Sequence[str]) -> str | None:
    """The moment as ISO 8601, as precise as it was written; `None` when no format fits."""
    words = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    if not words or len(words) > 64:
        return None
    for pattern in formats:
        found = _read(words, pattern)
        if found is not None:
            return found
    return words if isinstance(value, str) else None


def _read(words: str, pattern: str) -> str | None:
    try:
        if pattern in (EPOCH_SECONDS, EPOCH_MILLISECONDS):
            seconds = float(words) / (1 if pattern == EPOCH_SECONDS else 1000)
            return (_EPOCH + timedelta(seconds=seconds)).isoformat() if abs(seconds) < _LATEST_EPOCH else None
        moment = datetime.strptime(words, pattern)  # noqa: DTZ007 - a zone is added only where the source states one
    except (ValueError, OverflowError):
        return None
    return _written(moment, _directives(pattern))


def _written(moment: datetime, found: frozenset[str]) -> str:
    date = f"{moment.year:04}-{moment.month:02}"
    if not found & {"d", "j"}:
        return date
    date += f"-{moment.day:02}"
    if not found & {"H", "I"}:
        return date
    time = f"T{moment.hour:02}"
    if "M" in found:
        time += f":{moment.minute:02}"
    if "S" in found:
        time += f":{moment.second:02}"
    if "f" in found:
        time += f".{moment.microsecond:06}"
    zone = moment.strftime("%z") if "z" in found else ""
    return f"{date}{time}{zone[:3]}:{zone[3:5]}" if zone else f"{date}{time}"


def _directives(pattern: str) -> frozenset[str]:
    plain = pattern.replace("%%", "")
    return frozenset(plain[at + 1 : at + 2] or " " for at, sign in enumerate(plain) if sign == "%")
