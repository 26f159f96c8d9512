"""The policy of a support programme, and the packs that come with it. It knows no service and no broker.

Clock packs are read by `aftercare.programme.clock_loader`, which a service that counts nothing never loads.
"""

from aftercare.programme.loader import load_organisation, load_programme, shipped_packs
from aftercare.programme.model import Organisation, Programme
from aftercare.programme.reading import PackError

__all__ = ["Organisation", "PackError", "Programme", "load_organisation", "load_programme", "shipped_packs"]
