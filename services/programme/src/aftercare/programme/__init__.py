"""The policy of a support programme, and the packs that come with it. It knows no service and no broker."""

from aftercare.programme.loader import PackError, load_organisation, load_programme, shipped_packs
from aftercare.programme.model import Organisation, Programme

__all__ = ["Organisation", "PackError", "Programme", "load_organisation", "load_programme", "shipped_packs"]
