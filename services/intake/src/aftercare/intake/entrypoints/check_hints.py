"""What `check` says below its lines: names that a mapping looks for and nothing has, and what nothing reads."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from aftercare.intake.adapters.mapping.file import Lines, lines_of
from aftercare.intake.domain.mapping.compared import Compared
from aftercare.intake.domain.mapping.groups import ROWS
from aftercare.intake.domain.mapping.noted import OTHERS, Noted
from aftercare.intake.domain.mapping.paths import Paths, Wanted
from aftercare.intake.domain.mapping.trace import MissingColumn, Trace
from aftercare.intake.domain.mapping.unread import Chosen

_MOST_FIELDS = 12


def slips(seen: Trace, files: Iterable[Path]) -> Iterator[str]:
    """What a mapping names and nothing had, and messages that no record was told as, with lines in these files."""
    lines = lines_of(files) if seen.paths else {}
    for missing in seen.columns.values():
        yield from _column(missing, seen, lines)
    for paths in seen.paths.values():
        for one in paths.missing():
            count, one_of, many = (paths.records, "record", "records")
            if one.wanted_by == "records":
                count, one_of, many = (paths.bodies, "body", "bodies")
            asked = f"the one {one_of}" if count == 1 else f"any of {count} {many}"
            hint = f"; there is `{one.nearest}`" if one.nearest else ""
            yield f"{_where(paths, one, lines)}: {one.wanted_by}: `{one.path}` is not in {asked}{hint}"
        yield from _never_applied(paths, lines)


def leftovers(seen: Trace, files: Iterable[Path], *, values: bool) -> Iterator[str]:
    """Words of conditions that no field was, items that are left out of lists of people, and fields that nothing reads.

    `values`: what records hold may be shown, since it is on this terminal anyway; else only names and numbers.
    """
    lines = lines_of(files) if seen.paths else {}
    for name, paths in seen.paths.items():
        for word in paths.never_there():
            count = f"{len(word.others)} other value{'s' * (len(word.others) != 1)}"
            others = f": {', '.join(repr(_shown(one)) for one in word.others.values())}"
            shown = others if values else f" (--trace shows {'them' if len(word.others) != 1 else 'it'})"
            said = f"`{word.path}` was {word.shown} none of {word.looks} times: it has {count}{shown}"
            yield f"{_where(paths, word, lines)}: {word.wanted_by}: {said}"
        for one in paths.unread.left_out():
            rest = f"no other list takes {'the rest' if one.took + one.left == one.total else one.left}"
            yield f"{_where(paths, one, lines)}: {one.wanted_by}: `{one.words}` took {one.took} of {one.total}; {rest}"
        unread = [f"`{_shown(field)}`" for field in paths.unread.fields()]
        if unread:
            more = f" and {len(unread) - _MOST_FIELDS} more" if len(unread) > _MOST_FIELDS else ""
            where = lines[name].file if name in lines else name
            yield f"{where}: no expression reads {', '.join(unread[:_MOST_FIELDS])}{more}"


def shown(seen: Trace, files: Iterable[Path], *, values: bool) -> Iterator[str]:
    """What only a human can judge: moments without a zone, one person everywhere, and each code's harm."""
    lines = lines_of(files) if seen.paths else {}
    for name, paths in seen.paths.items():
        noted = paths.noted
        if noted.zoneless:
            where = lines[name].file if name in lines else name
            yield f"{where}: no `zone`: {_zoneless(noted)}"
        for field, who, count, of in noted.everywhere():
            said = f"one and the same in {count} of {of} records; if it names nobody list it under `nobody`"
            yield f"{_line(name, field, lines)}: {field}: {said}{f': {_shown(who)!r}' if values else ''}"
        for field in noted.harms:
            codes = (
                f"{code} {'are' if code == OTHERS else 'is'} {level} ({n})" for code, level, n in noted.by_harm(field)
            )
            yield f"{_line(name, field, lines)}: {field}: {', '.join(codes)}"


def _zoneless(noted: Noted) -> str:
    fields = list(noted.zoneless)
    listed = " and ".join(filter(None, [", ".join(fields[:-1]), fields[-1]]))
    count, of = noted.zoneless.total(), sum(noted.moments[field] for field in fields)
    taken = " and ".join(zone for zone in noted.taken if zone)
    unknown = "none is known, so that each is a day wide or more"
    unknown += ", and `record.updated` tells no version from another" if "record.updated" in fields else ""
    so = f"{taken} is taken, from the source" if taken else unknown
    return f"{count} of {of} moments of {listed} state none themselves; {so}"


def _line(mapping: str, field: str, lines: Mapping[str, Lines]) -> str:
    return lines[mapping].of_field(field) if mapping in lines else mapping


def _never_applied(paths: Paths, lines: Mapping[str, Lines]) -> Iterator[str]:
    for one in paths.never_applied():
        field = "each" if one.held else "when"
        name = paths.mapping
        where = lines[name].of_message(one.number, field) if name in lines else name
        told = f"message {one.number + 1} ({one.type}) applied to none of {paths.tried} records"
        yield f"{where}: {field}: {told}"


def _column(missing: MissingColumn, seen: Trace, lines: Mapping[str, Lines]) -> Iterator[str]:
    """A line for each expression that names it."""
    hint = f"; did you mean `{missing.nearest}`?" if missing.nearest else ""
    paths = seen.paths.get(missing.mapping)
    wanted = [one for one in paths.wanted.values() if _column_of(one) == missing.name] if paths else []
    told = dict.fromkeys(f"{_where(paths, one, lines)}: {one.wanted_by}" for one in wanted if paths)
    for where in told or [f"{missing.mapping}: {missing.wanted_by}"]:
        yield f"{where}: no column `{missing.name}`{hint}"


def _column_of(one: Wanted) -> str:
    return one.path.removeprefix(f"{ROWS}.")


def _where(paths: Paths, one: Wanted | Compared | Chosen, lines: Mapping[str, Lines]) -> str:
    return lines[paths.mapping].of(one.wanted_by, one.words) if paths.mapping in lines else paths.mapping


def _shown(name: str) -> str:
    return "".join(sign if sign.isprintable() else "·" for sign in name)
