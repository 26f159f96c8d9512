"""Keys and secrets of one run, drawn when it starts. They live in memory and in the services' environments alone."""

import base64
import json
import secrets
from dataclasses import dataclass, field

from aftercare.kit.privacy.sealed import new_key_pair


def _drawn() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _key_pair() -> tuple[str, str]:
    public, private = new_key_pair("local")
    return json.dumps(public), json.dumps(private)


@dataclass(frozen=True)
class Keys:
    """Who gets which is in `environment.py`: no service gets a key that is not its own."""

    identifiers: str = field(default_factory=lambda: f"local:{_drawn()}", repr=False)
    """`intake` and `directory`: makes identifier tokens."""
    directory_pair: tuple[str, str] = field(default_factory=_key_pair, repr=False)
    """Public for `intake`, private for `directory`: seals identifiers that nobody knows."""
    logins: str = field(default_factory=_drawn, repr=False)
    """`directory` and `support`: makes login tokens."""
    contacts: str = field(default_factory=_drawn, repr=False)
    """`directory`: wraps the key of each person's contact data."""
    raw_records: str = field(default_factory=_drawn, repr=False)
    """`intake`: encrypts raw records."""
    patients: str = field(default_factory=_drawn, repr=False)
    """`intake`: makes references to patients."""
    look_ups: str = field(default_factory=_drawn, repr=False)
    """`directory`: finds a person without decrypting everybody."""
    receipts: str = field(default_factory=_drawn, repr=False)
    """`outreach` and the mail server: shown with each delivery report."""
