"""Every route of every service, who may use it, and that nobody else gets further than the threshold.

Behind each route stands something that fails when it is touched: so a refusal comes before any look-up, and what
exists looks like what does not. A route that is missing from the table fails the test.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from aftercare.directory.entrypoints.api import create_app as directory_app
from aftercare.intake.entrypoints.api import create_app as intake_app
from aftercare.kit.auth import Authenticator
from aftercare.kit.auth.jwks import VerificationKeys
from aftercare.kit.clock import FixedClock
from aftercare.kit.service import Service
from aftercare.kit.settings import ServiceSettings
from aftercare.outreach.entrypoints.api import create_app as outreach_app
from aftercare.sla.entrypoints.api import create_app as sla_app
from aftercare.support.entrypoints.api import create_app as support_app

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
KEY = ECKey.generate_key("P-256", {"kid": "issuer", "use": "sig"})
STRANGER = ECKey.generate_key("P-256", {"kid": "issuer", "use": "sig"})
ISSUER = "https://login.example"

WRITER, MANAGER, COORDINATOR, OPERATOR = "intake-writer", "manager", "coordinator", "operator"
SUPPORTER, STAFF, ROSTER, READER = "supporter", "staff", "roster-writer", "contact-reader"
RISK, LEAD = "risk-manager", "disclosure-lead"
ROLES = frozenset({WRITER, MANAGER, COORDINATOR, OPERATOR, SUPPORTER, STAFF, ROSTER, READER, RISK, LEAD})
LINK, SECRET = "the link itself", "the receipt token"

DOORS: dict[str, dict[tuple[str, str], set[str]]] = {
    "intake": {
        ("POST", "/events"): {WRITER},
        ("POST", "/fhir"): {WRITER},
        ("POST", "/fhir/AdverseEvent"): {WRITER},
        ("POST", "/dry-run"): {WRITER, OPERATOR},
        ("GET", "/records/{reference}"): {WRITER, OPERATOR, COORDINATOR},
        ("POST", "/involvements"): {WRITER, MANAGER, COORDINATOR},
        ("GET", "/tasks"): {MANAGER, COORDINATOR},
        ("POST", "/tasks/{task}/answer"): {MANAGER, COORDINATOR},
        ("GET", "/conflicts"): {OPERATOR, COORDINATOR},
        ("GET", "/suspicions"): {OPERATOR, COORDINATOR},
        ("POST", "/suspicions/{reference}/decision"): {OPERATOR, COORDINATOR},
        ("GET", "/parked"): {OPERATOR},
        ("GET", "/parked/{reference}"): {OPERATOR},
        ("POST", "/parked/dry-run"): {OPERATOR},
        ("POST", "/parked/releases"): {OPERATOR},
        ("GET", "/parked/releases/{reference}"): {OPERATOR},
    },
    "directory": {
        ("GET", "/contacts/{person}"): {READER},
        ("POST", "/roster"): {ROSTER},
        ("GET", "/roster/jobs/{reference}"): {ROSTER},
        ("GET", "/identity/tasks"): {COORDINATOR},
        ("POST", "/identity/tasks/{reference}/claim"): {COORDINATOR},
        ("POST", "/identity/tasks/{reference}/release"): {COORDINATOR},
        ("POST", "/identity/tasks/{reference}/answer"): {COORDINATOR},
        ("POST", "/people/search"): {COORDINATOR},
        ("POST", "/people"): {COORDINATOR},
        ("POST", "/people/merge"): {COORDINATOR},
        ("DELETE", "/people/merge/{reference}"): {COORDINATOR},
        ("DELETE", "/people/{person}"): {ROSTER},
    },
    "support": {
        ("GET", "/tasks"): {COORDINATOR},
        ("POST", "/tasks/{task}/claim"): {COORDINATOR},
        ("POST", "/tasks/{task}/complete"): {COORDINATOR},
        ("GET", "/cases"): {COORDINATOR},
        ("POST", "/cases/{case}/supporter"): {COORDINATOR},
        ("POST", "/cases/{case}/take"): {COORDINATOR},
        ("POST", "/cases/{case}/contact"): {COORDINATOR},
        ("POST", "/cases/{case}/close"): {COORDINATOR},
        ("GET", "/supporters"): {COORDINATOR},
        ("POST", "/supporters"): {COORDINATOR},
        ("PUT", "/supporters/{person}/availability"): {COORDINATOR},
        ("PUT", "/my/availability"): {SUPPORTER},
        ("GET", "/my/requests"): {SUPPORTER},
        ("POST", "/my/requests/{assignment}/accept"): {SUPPORTER},
        ("POST", "/my/requests/{assignment}/refuse"): {SUPPORTER},
        ("GET", "/my/supported-cases"): {SUPPORTER},
        ("POST", "/my/supported-cases/{case}/contacted"): {SUPPORTER},
        ("POST", "/my/supported-cases/{case}/release"): {SUPPORTER},
        ("POST", "/my/supported-cases/{case}/close"): {SUPPORTER},
        ("POST", "/self-requests"): {STAFF},
        ("GET", "/my/case"): {STAFF},
        ("PUT", "/my/case/wishes"): {STAFF},
        ("POST", "/my/case/change-supporter"): {STAFF},
        ("POST", "/my/case/decline"): {STAFF},
    },
    "outreach": {
        ("GET", "/a/{token}"): {LINK},
        ("HEAD", "/a/{token}"): {LINK},
        ("POST", "/a/{token}"): {LINK},
        ("GET", "/c/{token}"): {LINK},
        ("HEAD", "/c/{token}"): {LINK},
        ("POST", "/c/{token}"): {LINK},
        ("POST", "/receipts/delivery-report"): {SECRET},
        ("POST", "/receipts/sms"): {SECRET},
    },
    "sla-event": {
        ("GET", "/clocks"): {RISK, LEAD},
        ("GET", "/clocks/{clock}"): {RISK, LEAD},
    },
    "sla-support": {
        ("GET", "/clocks"): {COORDINATOR},
        ("GET", "/clocks/{clock}"): {COORDINATOR},
    },
}
"""What takes a link is tried by `test_scanners_real.py` of outreach. Beside these, every process answers `/healthz`,
`/readyz` and `/metrics`, which an ingress must not hand on."""

AUDIENCES = {
    "intake": "event-side",
    "directory": "identity-side",
    "support": "support-side",
    "sla-event": "event-side",
    "sla-support": "support-side",
}
PREFIX = {
    "task": "tsk",
    "person": "per",
    "case": "cas",
    "assignment": "asg",
    "reference": "rec",
    "token": "x",
    "clock": "clk",
}


class TouchedError(Exception):
    """Somebody got in."""


class Guarded:
    """Whatever is asked of it, somebody has come too far."""

    def __getattr__(self, name: str) -> Any:
        raise TouchedError(name)


class Limits(Guarded):
    """What the directory must know before anybody knocks."""

    contact_reads_per_second = 1.0
    contact_reads_burst = 1
    roster_largest_bytes = 1000


class GuardedDirectory(Guarded):
    settings = Limits()


def apps() -> dict[str, Any]:
    outreach = SimpleNamespace(
        templates=SimpleNamespace(style_hash="sha256-x"),
        policy=None,
        worklist_url=None,
        base_path="",
        receipt_token="let-me-in",
    )
    makes: dict[str, tuple[Any, Any]] = {
        "intake": (intake_app, Guarded()),
        "directory": (directory_app, GuardedDirectory()),
        "support": (support_app, Guarded()),
        "sla-event": (sla_app, Guarded()),
        "sla-support": (sla_app, Guarded()),
    }
    runtime: Any = Guarded()
    made = {name: make(Service(name, inside), runtime, doorman(name)) for name, (make, inside) in makes.items()}
    return made | {"outreach": outreach_app(Service("outreach", outreach), runtime)}


def doorman(service: str) -> Authenticator:
    settings = ServiceSettings(
        database_url="postgresql://u@h/d",
        kafka_bootstrap="h:1",
        token_issuer=ISSUER,
        token_audience=AUDIENCES[service],
        token_jwks="file:/none",
    )
    keys = VerificationKeys("file:/none", fetch=lambda: dict(KeySet([KEY]).as_dict(private=False)))
    return Authenticator(settings, keys=keys, wall=FixedClock(NOW))


def bearer(audience: str, *roles: str, key: ECKey = KEY, **more: Any) -> dict[str, str]:
    claims = {
        "iss": ISSUER,
        "aud": audience,
        "sub": "somebody",
        "exp": int((NOW + timedelta(minutes=5)).timestamp()),
        "roles": list(roles),
        "sites": ["*"],
        **more,
    }
    return {"Authorization": "Bearer " + jwt.encode({"alg": "ES256", "kid": "issuer"}, claims, key)}


APPS = apps()
SIGNED = [(service, *door, roles) for service, doors in DOORS.items() for door, roles in doors.items()
          if service in AUDIENCES]  # fmt: skip
each_door = pytest.mark.parametrize(
    ("service", "method", "path", "roles"), SIGNED, ids=[f"{one[0]} {one[1]} {one[2]}" for one in SIGNED]
)


def paths(path: str) -> Iterator[str]:
    """The same door for something that may exist, and for something that can't."""
    for number in ("a" * 32, "not-a-reference"):
        yield path.format(**{name: f"{prefix}_{number}" for name, prefix in PREFIX.items()})


async def knock(service: str, method: str, path: str, headers: dict[str, str], *more: bytes) -> set[tuple[int, str]]:
    """Status and body of every way to ask: without a body, with one that fits no form, and with `more`."""
    web = httpx.AsyncClient(transport=httpx.ASGITransport(APPS[service]), base_url="http://door")
    bodies = (b"", b'{"a": 1}', *more) if method != "GET" else (b"",)
    sent = headers | {"Content-Type": "application/json"}
    answers = [await web.request(method, one, headers=sent, content=body) for one in paths(path) for body in bodies]
    return {(answer.status_code, answer.text) for answer in answers}


@pytest.mark.parametrize("service", DOORS)
def test_every_door_of_a_service_is_in_the_table(service: str) -> None:
    declared = APPS[service].openapi()["paths"]
    assert {(method.upper(), path) for path, methods in declared.items() for method in methods} == set(DOORS[service])


@each_door
async def test_nobody_gets_in_without_a_token_for_this_side(
    service: str, method: str, path: str, roles: set[str]
) -> None:
    mine = AUDIENCES[service]
    others = [audience for audience in AUDIENCES.values() if audience != mine]
    tries = [
        {},
        {"Authorization": "Basic eDp5"},
        *(bearer(audience, *ROLES) for audience in others),
        bearer(mine, *roles, key=STRANGER),
        bearer(mine, *roles, exp=int((NOW - timedelta(minutes=5)).timestamp())),
        bearer(mine, *roles, iss="https://login.evil.example"),
    ]
    answers = [await knock(service, method, path, headers, b"{") for headers in tries]
    told = set.union(*answers)
    assert len(told) == 1
    assert told.pop()[0] == 401


@each_door
async def test_a_wrong_role_is_refused_alike_for_what_exists_and_what_does_not(
    service: str, method: str, path: str, roles: set[str]
) -> None:
    wrong = sorted(ROLES - roles)
    headers = [bearer(AUDIENCES[service]), bearer(AUDIENCES[service], *wrong)]
    told = set.union(*[await knock(service, method, path, one) for one in headers])
    assert len(told) == 1
    assert told.pop()[0] == 403


@each_door
async def test_the_right_role_gets_in(service: str, method: str, path: str, roles: set[str]) -> None:
    for role in roles:
        try:
            told = await knock(service, method, path, bearer(AUDIENCES[service], role))
        except TouchedError:
            continue
        assert {status for status, _ in told} <= {404, 422}


@pytest.mark.parametrize("path", ["/receipts/delivery-report", "/receipts/sms"])
async def test_a_receipt_needs_the_secret(path: str) -> None:
    for shown in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer let-me"}, bearer("support-side", *ROLES)):
        assert await knock("outreach", "POST", path, shown) == {(401, "")}


@pytest.mark.parametrize("service", DOORS)
@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/redoc", "/tasks/", "//evil.example/", "/admin"])
async def test_there_is_nothing_beside_the_doors(service: str, path: str) -> None:
    web = httpx.AsyncClient(transport=httpx.ASGITransport(APPS[service]), base_url="http://door")
    answer = await web.get(httpx.URL("http://door", path=path))
    assert answer.status_code in (401, 404)
    assert "location" not in answer.headers
