"""The same record several times in one body, with nothing that says which one is newer.

Each report is taken for a whole version, so that the last one stands alone: whom only the others name would be gone.
Of messages that happen once and are known by the same id the first one stands.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from aftercare.intake.domain.mapping.trace import Trace
from aftercare.intake.domain.outcome import Examined, Mapped
from aftercare.intake.domain.source import Source

REPEATED = "repeated-record"
_KINDS = frozenset({"incident", "event"})


def doubting_repeats(
    endings: Iterable[tuple[Source, Examined]], trace: Trace | None = None
) -> Iterator[tuple[Source, Examined]]:
    """The same endings, with a doubt on each of what came before otherwise, in the same version."""
    first: dict[object, str] = {}
    for source, ending in endings:
        if isinstance(ending, Mapped) and ending.identity.kind in _KINDS and not _is_by_content(ending):
            said = (source.name, source.scope, ending.identity, ending.version)
            if first.setdefault(said, ending.body_hash) != ending.body_hash:
                doubted = replace(ending, doubts=(*ending.doubts, REPEATED))
                if trace is not None:
                    trace.follow(ending, doubted)
                yield source, doubted
                continue
        yield source, ending


def _is_by_content(ending: Mapped) -> bool:
    """What is known by its content says the same whenever it is the same."""
    return ending.identity.id.startswith("body:")
