"""Which rules hold where: clock packs from their files, by side and jurisdiction."""

from collections.abc import Iterable
from pathlib import Path

from aftercare.programme.clock_loader import load_clock_pack, packs_of
from aftercare.programme.clocks import ClockPack, Side
from aftercare.programme.model import Organisation
from aftercare.sla.domain.model import Edition, Editions

EVERYWHERE = "generic"
"""The jurisdiction of what has no site, and of sites whose own has no pack."""


def load_editions(side: Side, organisation: Organisation, names: Iterable[str], beside: Path | None) -> Editions:
    """The rules of one side: of the named packs for all sites, or of each site's jurisdiction where none is named.

    Own packs are found by their path, or lie `beside` the organisation's file. Raises `PackError`.
    """
    named = [load_clock_pack(name) for name in names]
    if named:
        return Editions({EVERYWHERE: _editions(side, named)})
    packs = packs_of(organisation, beside)
    by_jurisdiction = {EVERYWHERE: _editions(side, [load_clock_pack(EVERYWHERE)])}
    for site in organisation.sites:
        by_jurisdiction[site.jurisdiction] = _editions(side, [packs[site.code]])
    return Editions(by_jurisdiction)


def _editions(side: Side, packs: Iterable[ClockPack]) -> tuple[Edition, ...]:
    """Of two packs with a rule of the same id, the first one's holds."""
    found: dict[str, list[Edition]] = {}
    for pack in packs:
        own: dict[str, list[Edition]] = {}
        for rule in pack.rules:
            if rule.side is side and rule.id not in found:
                own.setdefault(rule.id, []).append(Edition(pack.name, pack.version, rule))
        found |= own
    return tuple(edition for versions in found.values() for edition in versions)
