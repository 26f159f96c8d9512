"""Sites and units of the organisation pack, found however the roster spells them."""

from dataclasses import dataclass

from aftercare.directory.domain.text import comparable, slug
from aftercare.programme.model import Organisation, Site


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody works, in the pack's own codes."""

    site: str | None = None
    unit: str | None = None
    zone: str | None = None


class Places:
    """The pack's sites and units by every spelling. Without a pack every well-formed code is taken as it stands."""

    def __init__(self, organisation: Organisation | None) -> None:
        self._open = organisation is None
        self._sites: dict[str, Site] = {}
        self._units: dict[tuple[str, str], str] = {}
        self._found: dict[str, Place | None] = {}
        for site in organisation.sites if organisation else ():
            for spelling in (site.code, site.name, *site.known_as):
                self._sites.setdefault(_tight(spelling), site)
            for unit in site.units:
                for spelling in (unit.code, unit.name, *unit.known_as):
                    self._units.setdefault((site.code, _tight(spelling)), unit.code)

    def site(self, stated: str) -> Place | None:
        """The site that was meant, with its zone; `None` when the pack has no such site."""
        if stated not in self._found:
            self._found[stated] = self._find(stated)
        return self._found[stated]

    def _find(self, stated: str) -> Place | None:
        if self._open:
            code = slug(stated)
            return Place(site=code) if code else None
        site = self._sites.get(_tight(stated))
        return Place(site=site.code, zone=site.zone) if site else None

    def unit(self, site: str, stated: str) -> str | None:
        """The code of the unit that was meant at `site`; `None` when the pack has no such unit there."""
        return slug(stated) if self._open else self._units.get((site, _tight(stated)))


def _tight(spelling: str) -> str:
    return comparable(spelling).replace(" ", "")
