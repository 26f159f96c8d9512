"""A caller whose token was checked, and the tables that say what a role may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ALL_SITES = "*"


class Unauthenticated(Exception):  # noqa: N818 - what the caller is, in the words of HTTP 401
    """No token, or one that can't be trusted. `reason` is a slug for metrics; the caller learns nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Forbidden(Exception):  # noqa: N818 - HTTP 403
    """The caller is known and may not do this. Raised before any look-up, so it says nothing about what exists."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls. `sites` limits a role to places; `*` stands for all of them."""

    subject: str = field(repr=False)
    issuer: str
    roles: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    client_id: str | None = None

    def has(self, *roles: str) -> bool:
        """Whether the caller has at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

    def require(self, *roles: str) -> None:
        """Raise `Forbidden` unless the caller has at least one of `roles`."""
        if not self.has(*roles):
            raise Forbidden(f"needs one of: {', '.join(sorted(roles))}")

    def sees(self, site: str | None) -> bool:
        """Whether the caller's sites include `site`. What has no site is seen only by who sees all."""
        return ALL_SITES in self.sites or (site is not None and site in self.sites)

    @property
    def sites_in_sight(self) -> frozenset[str] | None:
        """For a query: the sites whose rows the caller sees; `None` is all of them."""
        return None if ALL_SITES in self.sites else self.sites

    def require_site(self, site: str | None) -> None:
        """Raise `Forbidden` unless the caller's sites include `site`."""
        if not self.sees(site):
            raise Forbidden("not a site of the caller")


@dataclass(frozen=True, slots=True)
class Rights:
    """A table from action to the roles that may do it: one place to read, and to test line by line."""

    table: Mapping[str, frozenset[str]]

    def require(self, principal: Principal, action: str) -> None:
        """Raise `Forbidden` unless a role of the caller is in the action's row. An action without a row is refused."""
        allowed = self.table.get(action, frozenset())
        if principal.roles.isdisjoint(allowed):
            raise Forbidden(f"not allowed: {action}")
