"""What the hospital told us about each of its systems: where it lives, its clock, its harm scale."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aftercare.intake.domain.fhir.settings import FhirCodes, FhirServer
from aftercare.intake.domain.outcome import HMPPS_REPORT

UNCONFIGURED = "unconfigured"
"""The name of every source that no configuration names. Its records are taken all the same."""
NOMINATION = "nomination"
"""The name of what people say themselves: who was involved, with or without an incident."""
SYNTHETIC = "synthetic"
"""The name of what this service makes up itself to test the way of all others."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source system. `zone` is IANA; `None` where nobody knows: then bounds span every zone on Earth."""

    name: str
    base_url: str = ""
    zone: str | None = None
    identifier_system: str | None = None
    """The system of staff identifiers that come without one, and the preferred one of several."""
    harm_scale: str | None = None
    """What a bare harm code means. Never guessed: scales run in opposite directions (`interop.md` 1.4)."""
    ce_sources: tuple[str, ...] = ()
    """CloudEvents `source` values, or their beginnings, that mean this system."""
    topics: tuple[str, ...] = ()
    """Topics of its own: what comes on them is its, unless it says otherwise."""
    clients: tuple[str, ...] = ()
    """Client ids that speak for this system over HTTP, and for no other."""
    site: str | None = None
    """The code of the site that it belongs to, if it is one site's own: whose people see what of it is parked."""
    charset: str | None = None
    """What its bytes are in when they are no UTF-8 and it doesn't say."""
    synthetic: bool = False
    backfill: bool = False
    fhir_server: FhirServer | None = None
    """Where to fetch what it only points at."""
    hmpps_api: FhirServer | None = None
    """The same for reports of HMPPS."""
    fhir_codes: FhirCodes = field(default_factory=FhirCodes)
    """What its own FHIR codes mean."""
    scope: str = ""
    """Keeps the identifiers of two unconfigured systems apart."""

    @property
    def system(self) -> str:
        """The system of what this source says without naming one: its base, else its name."""
        return self.base_url or self.scope or f"urn:aftercare:source:{self.name}"

    def server_of(self, kind: str) -> FhirServer | None:
        """Where what is pointed at is fetched, by the kind of the pointer."""
        return self.hmpps_api if kind == HMPPS_REPORT else self.fhir_server


@dataclass(frozen=True, slots=True)
class Places:
    """Sites and units by every way in which sources write them."""

    sites: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def find(self, written: Iterable[str]) -> tuple[str | None, str | None]:
        """Site and unit codes for what a source wrote, most telling words first; `None` for what nobody knows."""
        site: str | None = None
        for words in map(plain, written):
            if words in self.units:
                return self.units[words]
            site = site or self.sites.get(words)
        return site, None


def plain(words: str) -> str:
    """Words as they are compared: without case and spaces."""
    return "".join(words.split()).casefold()


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources of this installation."""

    known: tuple[Source, ...] = ()
    nominations: Source = Source(NOMINATION)
    """What people say through our own pages; never chosen by what a record says."""
    probes: Source = Source(SYNTHETIC, synthetic=True)
    """What tests the way; never chosen by what a record says either."""

    def named(self, name: str | None) -> Source | None:
        return next((source for source in (*self.known, self.nominations, self.probes) if source.name == name), None)

    def sender(self, name: str | None) -> Source | None:
        """A configured source by the name that a header gives. People's own words are no sender."""
        return next((source for source in self.known if source.name == name), None)

    def of_sites(self, sites: Iterable[str]) -> tuple[str, ...]:
        """The names of the sources that belong to one of these sites."""
        chosen = frozenset(sites)
        return tuple(source.name for source in self.known if source.site in chosen)

    def of_topic(self, topic: str) -> Source | None:
        return next((source for source in self.known if topic in source.topics), None)

    def of_address(self, address: str | None) -> Source | None:
        """The source whose base a resource's address, or its `meta.source`, lies under; the longest base wins."""
        if address is None:
            return None
        where = _plain_address(address)
        homes = [(len(home), source) for source in self.known if (home := _plain_address(source.base_url))]
        under = [found for found in homes if f"{where}/".startswith(f"{_plain_address(found[1].base_url)}/")]
        return max(under, key=lambda found: found[0])[1] if under else None

    def of_client(self, client: str | None) -> Source | None:
        return next((source for source in self.known if client and client in source.clients), None)

    def of_ce_source(self, ce_source: str | None) -> Source | None:
        """The source that a CloudEvents `source` means, the longest beginning first."""
        beginnings = [
            (len(start), source)
            for source in self.known
            for start in (*source.ce_sources, source.name)
            if ce_source and (ce_source == start or (len(start) > 4 and ce_source.startswith(f"{start.rstrip('/')}/")))
        ]
        if beginnings:
            return max(beginnings, key=lambda found: found[0])[1]
        return None


def unconfigured(ce_source: str | None) -> Source:
    """A source that nobody configured. Two of them with different CloudEvents sources are kept apart."""
    return Source(name=UNCONFIGURED, scope=ce_source or "")


def _plain_address(address: str) -> str:
    """An address as it is compared: without scheme, fragment, case and the slash at the end."""
    return address.split("://", 1)[-1].split("#", 1)[0].rstrip("/").casefold()
