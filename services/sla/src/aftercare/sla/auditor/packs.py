"""Which promises hold where, read by the auditor itself."""

from collections.abc import Sequence
from pathlib import Path

from aftercare.programme.clock_loader import load_clock_pack, packs_of
from aftercare.programme.clocks import ClockPack, Side
from aftercare.programme.model import Organisation
from aftercare.sla.auditor.starting import Pack, PacksAt

EVERYWHERE = "generic"


def packs_at(side: Side, organisation: Organisation, names: Sequence[str], beside: Path | None) -> PacksAt:
    """The packs of one side by site: the named ones everywhere, or each site's jurisdiction. Raises `PackError`."""
    if names:
        everywhere = _without_doubles(side, [load_clock_pack(name) for name in names])
        return lambda _site: everywhere
    of_sites = {site: _without_doubles(side, [pack]) for site, pack in packs_of(organisation, beside).items()}
    otherwise = _without_doubles(side, [load_clock_pack(EVERYWHERE)])
    return lambda site: of_sites.get(site, otherwise) if site is not None else otherwise


def _without_doubles(side: Side, packs: Sequence[ClockPack]) -> tuple[Pack, ...]:
    """Of two packs with a rule of the same id, the first one's holds."""
    found: list[Pack] = []
    taken: set[str] = set()
    for pack in packs:
        rules = tuple(rule for rule in pack.rules if rule.side is side and rule.id not in taken)
        taken |= {rule.id for rule in rules}
        found.append(Pack(pack.name, pack.version, rules))
    return tuple(found)
