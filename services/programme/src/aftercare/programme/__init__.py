"""The policy of a support programme, and the packs that come with it. It knows no service and no broker."""

from aftercare.programme.clock_loader import load_clock_pack, packs_of, shipped_clock_packs
from aftercare.programme.clocks import ClockPack
from aftercare.programme.loader import load_organisation, load_programme, shipped_packs
from aftercare.programme.model import Organisation, Programme
from aftercare.programme.reading import PackError

__all__ = [
    "ClockPack",
    "Organisation",
    "PackError",
    "Programme",
    "load_clock_pack",
    "load_organisation",
    "load_programme",
    "packs_of",
    "shipped_clock_packs",
    "shipped_packs",
]
