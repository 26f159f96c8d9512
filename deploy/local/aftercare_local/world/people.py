"""The staff of a made-up hospital, and the roster file that HR would send."""

import csv
import io
from dataclasses import dataclass, field, replace

EMPLOYEE_SYSTEM = "https://hospital.example/employee"

ROSTER_COLUMNS = (
    "employee_number",
    "given_name",
    "family_name",
    "email",
    "mobile",
    "language",
    "zone",
    "role",
    "site",
    "unit",
    "manager",
    "identifiers",
    "issuer",
    "subject",
    "channels",
    "status",
)


@dataclass(frozen=True)
class Person:
    """One member of staff. `number` is what the hospital calls them by in every system."""

    number: str
    given: str
    family: str
    role: str = "nurse"
    site: str = "north"
    unit: str = "north-ward-7"
    mobile: str = ""
    language: str = "en"
    manager: str = ""
    zone: str = "Europe/London"
    email: str = ""
    status: str = "active"
    channels: str = ""
    other_identifiers: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def address(self) -> str:
        return self.email or f"{self.given}.{self.family}@hospital.example".lower().replace(" ", "-").replace("'", "")

    @property
    def subject(self) -> str:
        """What the hospital's sign-in calls this person."""
        return f"user-{self.number}"

    def leaving(self) -> "Person":
        return replace(self, status="leaver")

    def row(self, issuer: str) -> dict[str, str]:
        """One line of the roster; `issuer` is the hospital's sign-in."""
        return {
            "employee_number": self.number,
            "given_name": self.given,
            "family_name": self.family,
            "email": self.address,
            "mobile": self.mobile,
            "language": self.language,
            "zone": self.zone,
            "role": self.role,
            "site": self.site,
            "unit": self.unit,
            "manager": self.manager,
            "identifiers": ";".join([f"{EMPLOYEE_SYSTEM}|{self.number}", *self.other_identifiers]),
            "issuer": issuer,
            "subject": self.subject,
            "channels": self.channels,
            "status": self.status,
        }


def roster_csv(people: list[Person], issuer: str) -> str:
    """The roster as HR exports it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ROSTER_COLUMNS)
    writer.writeheader()
    writer.writerows(person.row(issuer) for person in people)
    return text.getvalue()
