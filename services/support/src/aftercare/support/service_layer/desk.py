"""Where a use case works: the transaction, the book of rows it loaded, and the policy it follows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from aftercare.kit.messaging.envelope import Cause, Outgoing
from aftercare.kit.store.transaction import Transaction
from aftercare.programme.model import Organisation, Programme
from aftercare.support.domain.records import AuditEntry, StaffMember
from aftercare.support.domain.vocabulary import Act
from aftercare.support.service_layer.book import Book
from aftercare.support.service_layer.pool import Pool

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Policy:
    """The programme and the organisation that this installation runs."""

    programme: Programme
    organisation: Organisation

    def zone_of(self, person: StaffMember | None) -> str:
        """The person's own time zone, else their site's, else UTC."""
        if person is None:
            return "UTC"
        site = self.organisation.site(person.site)
        return person.zone or (site.zone if site else "UTC")


@dataclass(slots=True)
class Desk:
    """One transaction's work. `actor` is who does it, `cause` the message that made them."""

    tx: Transaction
    policy: Policy
    actor: str = SYSTEM
    cause: Cause | None = None
    causes: dict[str, Cause] = field(default_factory=dict)
    """By obligation: the message that touched it, since a batch settles at its end."""
    book: Book = field(default_factory=Book)
    pool: Pool | None = None
    """Supporters, once they are loaded and nobody else chooses among them."""

    @property
    def now(self) -> datetime:
        return self.tx.now

    def say(self, message: Outgoing) -> None:
        """Publish, once all of this is committed."""
        self.tx.emit(message, self.cause)

    def note(self, act: Act, subject: str, detail: str | None = None) -> None:
        """Add to the audit trail."""
        self.book.audit.append(AuditEntry(self.now, self.actor, act, subject, detail))

    def note_all(self, act: Act, subjects: Iterable[str]) -> None:
        for subject in subjects:
            self.note(act, subject)

    def touched_by(self, cause: Cause, obligations: Iterable[str]) -> None:
        """Remember what made these obligations be settled."""
        for obligation in obligations:
            self.causes.setdefault(obligation, cause)

    async def close_book(self) -> None:
        """Write everything that changed. The last step of every use case."""
        await self.book.write(self.tx.connection)
