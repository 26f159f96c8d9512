"""How long 75,000 people take, with everything: tokens, encryption, two databases, snapshots in the outbox."""

import csv
import io
import time
from typing import Any

import pytest

pytestmark = [pytest.mark.real, pytest.mark.bench]

PEOPLE = 75_000
FAMILY = ("Quill", "Tarn", "Müller", "O'Neil", "Field", "Weiß", "Nowak", "García")
ROLES = ("Staff nurse", "Assistenzarzt", "Consultant", "Porter", "Pharmacist", "Physiotherapist", "Midwife", "Clerk")
COLUMNS = (
    "employee_number", "given_name", "family_name", "email", "mobile", "language", "role", "site", "unit", "manager",
    "identifiers", "login_issuer", "login_subject", "channels", "status",
)  # fmt: skip


def hospital(people: int) -> bytes:
    """A roster in which everybody has two identifiers, a sign-in, an address and a number."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(COLUMNS)
    for n in range(people):
        identifiers = f"https://inc.hospital.example|{n};https://fhir.hospital.example|Practitioner/{n}"
        out.writerow(
            (f"E{n:06}", "Robin", f"{FAMILY[n % 8]}{n % 997}", f"p{n}@hospital.example", f"+4477009{n % 100_000:05}",
             ("en", "de")[n % 2], ROLES[n % 8], "north", "ICU", f"E{n // 20:06}", identifiers,
             "https://login.hospital.example", f"u{n}", "email;sms", "active")
        )  # fmt: skip
    return text.getvalue().encode()


@pytest.mark.timeout(600)
async def test_75_000_people_are_imported_in_under_a_minute(world: Any) -> None:
    data = hospital(PEOPLE)
    for what in ("new", "unchanged"):
        began, worked = time.perf_counter(), time.process_time()
        report = await world.roster(data)
        seconds, cpu = time.perf_counter() - began, time.process_time() - worked
        print(f"{PEOPLE} {what}: {seconds:.1f} s, of which {cpu:.1f} s of one core in this process")
        assert (report.state, report.counts.refused) == ("done", 0)
        assert seconds < 60
