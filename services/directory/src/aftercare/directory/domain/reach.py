"""Addresses: what an e-mail address and a phone number look like when they can be used."""

import re
from enum import StrEnum

_MAIL = re.compile(r"[^\s@<>\"',;:\\()\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+")
_PHONE_NOISE = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]|\(0\)")


class ChannelKind(StrEnum):
    """Same words as the contracts; a test holds them together."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    CALL = "call"


REACHED_BY_PHONE = (ChannelKind.SMS, ChannelKind.CALL)


def email_address(stated: str) -> str | None:
    """The address, or `None` when no mail server would take it. At most 254 characters (RFC 5321)."""
    return stated if len(stated) <= 254 and _MAIL.fullmatch(stated) else None


def phone_number(stated: str, country_prefix: str | None) -> str | None:
    """The number in E.164 form (`+` and 8 to 15 digits), or `None`.

    A national number (leading 0) needs `country_prefix` such as `+49`: a guessed country calls a stranger.
    """
    digits = _PHONE_NOISE.sub("", stated.replace("(0)", ""))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0") and country_prefix:
        digits = country_prefix + digits[1:]
    return digits if re.fullmatch(r"\+[1-9][0-9]{7,14}", digits) else None
