"""What the use cases need from outside, in the words of this service."""

from dataclasses import dataclass
from typing import Protocol

from aftercare.intake.domain.facts import Named, NamedPatient


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's identifier token, and the tokens of the same identifier under older keys still in force."""

    token: str
    aliases: tuple[str, ...] = ()


class Naming(Protocol):
    """Turns what a source wrote in clear into tokens, keyed references and sealed texts."""

    def person(self, named: Named) -> PersonName | None:
        """`None` for an identifier in which nothing visible is left."""
        ...

    def sealed(self, named: Named) -> str:
        """The identifier, readable by `directory` alone."""
        ...

    def patient(self, patient: NamedPatient) -> str:
        """The same in every incident: for `disclosure`, and for this service to know them again."""
        ...

    def relevant_person(self, incident: str, patient: str) -> str:
        """Somebody within one incident, by the incident and what `patient` gave: in the next one they are another."""
        ...

    def key(self, label: str, *parts: str) -> str:
        """A keyed hash: finds the same words again without keeping them."""
        ...

    def reference(self, prefix: str, *parts: str) -> str:
        """A new opaque reference. `parts` say what it is for; a dry run derives it from them."""
        ...


class Vault(Protocol):
    """Encrypts what must be kept in clear for a while."""

    def seal(self, plain: bytes, context: str) -> bytes: ...

    def open(self, sealed: bytes, context: str) -> bytes: ...
