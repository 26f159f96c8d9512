"""The directory's keys, and what each is for. Built once from the settings, never shown."""

import hmac
from dataclasses import dataclass, field

from aftercare.directory.domain.line import RosterLine
from aftercare.directory.domain.text import comparable
from aftercare.directory.domain.values import Identifier, Login
from aftercare.kit.privacy.identifiers import IdentifierKeyring, fhir_reference
from aftercare.kit.privacy.logins import login_token

_ROW_FIELDS = tuple(sorted(set(RosterLine.__dataclass_fields__) - {"line", "identifiers", "login"}))


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes tokens and blind-index entries of what people are called elsewhere."""

    identifiers: IdentifierKeyring
    login_key: bytes = field(repr=False)
    index_key: bytes = field(repr=False)

    def of_identifier(self, identifier: Identifier) -> tuple[str, ...]:
        """One token per key in force, the current one first. Raises `ValueError` when nothing visible is in it."""
        system, value = identifier.system, identifier.value
        if identifier.kind == "reference":
            system, value = fhir_reference(system, value)
        return self.identifiers.tokens(system, identifier.kind, value)

    def of_login(self, login: Login) -> str:
        return login_token(self.login_key, login.issuer, login.subject)

    def employee_number(self, number: str) -> bytes:
        return self._blind("employee-number", number.strip().casefold())

    def email(self, address: str) -> bytes:
        return self._blind("email", address.strip().casefold())

    def family_name(self, name: str) -> bytes:
        return self._blind("family-name", comparable(name))

    def row(self, line: RosterLine, manager: str | None) -> bytes:
        """Equal for equal lines, wherever they stand in the file: what has not changed is left alone.

        The manager's token and the ids of the identifier keys count too: a manager who has come to be known
        and a rotated key both change what must be published.
        """
        content = {name: getattr(line, name) for name in _ROW_FIELDS}
        identifiers = [(each.system, each.kind, each.value) for each in line.identifiers]
        login = (line.login.issuer, line.login.subject) if line.login else None
        kids = [kid for kid, _ in self.identifiers.keys]
        return self._blind("row", repr((content, identifiers, login, manager, kids)))

    def _blind(self, field_name: str, value: str) -> bytes:
        return hmac.digest(self.index_key, f"{field_name}\x1f{value}".encode(), "sha256")
