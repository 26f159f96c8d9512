"""Synthetic messages: they go the way of all others, so that the way can be measured, and are about nobody."""

from datetime import datetime


def probe_began(message: object) -> datetime | None:
    """When the way of this message began, if it is a synthetic one and says so by a method of this name."""
    ask = getattr(message, "probe_began", None)
    began = ask() if ask is not None else None
    return began if isinstance(began, datetime) else None
