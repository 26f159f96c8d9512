"""The page `docs/metrics.md`, made from the catalogues, and the check that it is not stale."""

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable
from pathlib import Path

from aftercare.kit.telemetry.catalogue import Catalogue, Described
from aftercare.kit.telemetry.names import ATTRIBUTE_SENTENCES, KIT

_HEAD = """# Metrics

Made by `python -m aftercare.kit.telemetry.page docs/metrics.md` from the catalogues in the code; don't edit it here.
Prometheus writes dots as underscores, and adds the unit and `_total`: `aftercare.messages.handled` is scraped as
`aftercare_messages_handled_total`; a histogram has `_bucket`, `_sum` and `_count`. No metric has a label that says
anything about a person. Where to look first: [Observability](observability.md).
"""
_TABLE = "| metric | scraped as | kind | unit | broken down by | what it says |\n|---|---|---|---|---|---|\n"


def page(catalogues: Iterable[Catalogue]) -> str:
    """The whole page, ending in one newline."""
    parts = [_HEAD]
    for catalogue in catalogues:
        parts.append(f"\n## {catalogue.scope}\n\n{_TABLE}")
        for name, one in sorted(catalogue.entries.items()):
            attributes = ", ".join(f"`{each}`" for each in one.attributes)
            scraped = scraped_name(name, one)
            parts.append(f"| `{name}` | `{scraped}` | {one.kind} | `{one.unit}` | {attributes} | {one.sentence} |\n")
    parts.append("\n## Attributes of the chassis\n\n| attribute | what it says |\n|---|---|\n")
    parts.extend(f"| `{name}` | {sentence} |\n" for name, sentence in ATTRIBUTE_SENTENCES.items())
    return "".join(parts)


def scraped_name(name: str, one: Described) -> str:
    """What Prometheus calls it. A histogram's parts add `_bucket`, `_sum` and `_count`."""
    unit = "_seconds" if one.unit == "s" else ""
    total = "_total" if one.kind == "counter" else ""
    return f"{name.replace('.', '_')}{unit}{total}"


def all_catalogues() -> list[Catalogue]:
    """The chassis's own, and every `Catalogue` in the `telemetry.py` of each service that is installed."""
    import aftercare  # noqa: PLC0415 - a namespace: what is in it is known only when asked

    found = [KIT]
    for name in sorted(module.name for module in pkgutil.iter_modules(aftercare.__path__)):
        place = f"aftercare.{name}.telemetry"
        if name != "kit" and importlib.util.find_spec(place):
            values = vars(importlib.import_module(place)).values()
            found.extend(each for each in values if isinstance(each, Catalogue) and each not in found)
    return found


def is_stale(path: Path) -> bool:
    """Whether the page at `path` differs from what the code says now."""
    return not path.is_file() or path.read_text() != page(all_catalogues())


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(all_catalogues()))
