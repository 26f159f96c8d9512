"""What the directory knows of a person in the clear, only in memory, and how it is sealed for the table."""

import json
from dataclasses import dataclass, field
from typing import Any

from aftercare.directory.domain.line import RosterLine
from aftercare.directory.domain.values import Identifier
from aftercare.kit.privacy.envelope_keys import decrypt, encrypt


@dataclass(frozen=True, slots=True)
class SealedContact:
    """Three ciphertexts, each bound to its person and its field."""

    name: bytes
    reach: bytes
    work: bytes


@dataclass(frozen=True, slots=True)
class Name:
    given: str = field(default="", repr=False)
    family: str = field(default="", repr=False)

    @property
    def full(self) -> str:
        return f"{self.given} {self.family}".strip()


@dataclass(frozen=True, slots=True)
class Reach:
    email: str | None = field(default=None, repr=False)
    mobile: str | None = field(default=None, repr=False)

    def address(self, kind: str) -> str | None:
        """The address for a channel kind."""
        return self.email if kind == "email" else self.mobile


@dataclass(frozen=True, slots=True)
class Work:
    """How systems call this person. Kept so that tokens can be made anew when the identifier keys rotate."""

    employee_number: str | None = field(default=None, repr=False)
    roster: tuple[Identifier, ...] = field(default=(), repr=False)
    linked: tuple[Identifier, ...] = field(default=(), repr=False)
    """Those a coordinator added."""


def seal_line(key: bytes, person: str, line: RosterLine, linked: tuple[Identifier, ...] = ()) -> SealedContact:
    """Encrypt what a roster line says about how somebody is called and reached."""
    return SealedContact(
        _seal(key, person, "name", {"given": line.given_name, "family": line.family_name}),
        _seal(key, person, "reach", {"email": line.email, "mobile": line.mobile}),
        seal_work(key, person, Work(line.employee_number, line.identifiers, linked)),
    )


def seal_work(key: bytes, person: str, work: Work) -> bytes:
    return _seal(
        key,
        person,
        "work",
        {"number": work.employee_number, "roster": _plain(work.roster), "linked": _plain(work.linked)},
    )


def open_name(key: bytes, person: str, sealed: bytes) -> Name:
    """Raises `CannotDecrypt`, as the two below."""
    content = _open(key, person, "name", sealed)
    return Name(content["given"], content["family"])


def open_reach(key: bytes, person: str, sealed: bytes) -> Reach:
    content = _open(key, person, "reach", sealed)
    return Reach(content["email"], content["mobile"])


def open_work(key: bytes, person: str, sealed: bytes) -> Work:
    content = _open(key, person, "work", sealed)
    return Work(content["number"], _identifiers(content["roster"]), _identifiers(content["linked"]))


def _plain(identifiers: tuple[Identifier, ...]) -> list[list[str]]:
    return [[each.system, each.kind, each.value] for each in identifiers]


def _identifiers(plain: list[list[str]]) -> tuple[Identifier, ...]:
    return tuple(Identifier(*each) for each in plain)


def _seal(key: bytes, person: str, field_name: str, content: dict[str, Any]) -> bytes:
    return encrypt(key, json.dumps(content, separators=(",", ":")).encode(), f"contact.{field_name}:{person}")


def _open(key: bytes, person: str, field_name: str, sealed: bytes) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(decrypt(key, sealed, f"contact.{field_name}:{person}"))
    return content
