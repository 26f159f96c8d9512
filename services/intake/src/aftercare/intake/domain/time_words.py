"""Other ways of writing a moment, brought to ISO 8601 without gaining or losing precision.

What could be read in two ways is left alone: a day and a month divided by slashes need the source's `date_order`,
ten digits need a format that says what they are.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

DATE_ORDERS = ("dmy", "mdy")
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)?(?P<day>\d\d)?(?P<hour>\d\d)?(?P<minute>\d\d)?(?P<second>\d\d)?"
    r"(?P<fraction>\.\d{1,12})?(?P<zone>[+-]\d{4}|Z)?",
    re.ASCII,
)
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_JAPANESE = re.compile(
    r"(?P<era>令和|平成|昭和)?(?P<year>\d{1,4}|元)年(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日"
    r"(?:\s*(?P<half>午前|午後)?(?P<hour>\d{1,2})(?:時|:)(?:(?P<minute>\d{1,2})分?(?:(?P<second>\d{1,2})秒)?)?)?)?)?",
    re.ASCII,
)
_DIVIDED = re.compile(r"(?P<one>\d{1,2})[/.-](?P<two>\d{1,2})[/.-](?P<year>\d{4})(?P<rest>[T ].*)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS, _MILLISECONDS = (10**9, 10**10), (10**12, 10**13)
"""2001 to 2286, in either unit: no number is in both."""


def to_iso(words: str, order: str | None = None) -> str:
    """ISO 8601 for compact digits, Japanese and, where the source's `order` is known, divided dates; else as it is."""
    plain = unicodedata.normalize("NFKC", words).strip()
    if plain.isascii() and plain.isdigit():
        return _digits(plain)
    return _japanese(plain) or _divided(plain, order) or _compact(plain, (8, 12, 14)) or plain


def hl7_to_iso(words: str) -> str:
    """ISO 8601 for a time stamp of HL7 v2 or v3, whole or partial: `yyyy[mm[dd[hh[mm[ss[.s]]]]]][+zzzz]`."""
    return _compact(words.strip(), (4, 6, 8, 10, 12, 14)) or words.strip()


def epoch_to_iso(number: float) -> str:
    """ISO 8601 for seconds or milliseconds since 1970, told apart by their size; empty for any other number."""
    if _SECONDS[0] <= number < _SECONDS[1]:
        return (_EPOCH + timedelta(seconds=number)).isoformat()
    if _MILLISECONDS[0] <= number < _MILLISECONDS[1]:
        return (_EPOCH + timedelta(milliseconds=number)).isoformat()
    return ""


def _digits(words: str) -> str:
    """Digits and nothing else: a date by 8, with a time by 12 or 14, milliseconds by 13. Ten could be two things."""
    if len(words) == 13:
        return epoch_to_iso(int(words)) or words
    return _compact(words, (8, 12, 14)) or words


def _compact(words: str, lengths: tuple[int, ...]) -> str | None:
    found = _COMPACT.fullmatch(words)
    if found is None or len(re.split(r"[.+Z-]", words, maxsplit=1)[0]) not in lengths:
        return None
    written = "-".join(part for part in found.group("year", "month", "day") if part)
    clock = ":".join(part for part in found.group("hour", "minute", "second") if part)
    if not clock:
        return written
    return f"{written}T{clock}{found['fraction'] or ''}{found['zone'] or ''}"


def _japanese(words: str) -> str | None:
    found = _JAPANESE.fullmatch(words)
    if found is None or (found["era"] is None and len(found["year"]) != 4):
        return None
    year = _ERAS.get(found["era"] or "", 0) + (1 if found["year"] == "元" else int(found["year"]))
    written = "-".join([f"{year:04}", *(f"{int(part):02}" for part in found.group("month", "day") if part)])
    if found["hour"] is None:
        return written
    hour = int(found["hour"]) % 12 + 12 if found["half"] == "午後" else int(found["hour"])
    clock = ":".join([f"{hour:02}", *(f"{int(part):02}" for part in found.group("minute", "second") if part)])
    return f"{written}T{clock}"


def _divided(words: str, order: str | None) -> str | None:
    found = _DIVIDED.fullmatch(words) if order in DATE_ORDERS else None
    if found is None:
        return None
    day, month = (found["one"], found["two"]) if order == "dmy" else (found["two"], found["one"])
    return f"{found['year']}-{int(month):02}-{int(day):02}{found['rest'] or ''}"
