"""The people at desks: HR, coordinators, managers, and staff who are signed in. They use HTTP with their own tokens."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx

from aftercare_local.stack import Stack
from aftercare_local.world.people import EMPLOYEE_SYSTEM, Person

COORDINATOR = "casey-coordinator"
COORDINATING = (COORDINATOR, "coordinator")
_ROSTER_SECONDS = 120


class Desk:
    """Everybody who works with Aftercare at a screen."""

    def __init__(self, stack: Stack, http: httpx.Client | None = None) -> None:
        self._stack = stack
        self._http = http or httpx.Client(timeout=60)

    # -- HR

    def upload_roster(self, csv: str) -> None:
        """Upload a roster and wait until it is in. Fails with the file's issues."""
        hr = ("hr-export", "roster-writer")
        job = self._call("directory", "POST", "/roster", hr, content=csv.encode(), headers={"content-type": "text/csv"})
        end = time.monotonic() + _ROSTER_SECONDS
        while (seen := self._call("directory", "GET", job["see"], hr))["state"] in {"reading", "importing"}:
            assert time.monotonic() < end, f"the roster was not read in {_ROSTER_SECONDS} s"
            time.sleep(0.02)
        errors = [issue for issue in seen["issues"] if issue["severity"] == "error"]
        assert seen["state"] == "done", f"the roster was refused: {seen['reason']}, {errors}"
        assert not errors, f"lines of the roster were refused: {errors}"

    # -- coordinators

    def add_supporter(self, person: Person, *, trained_until: datetime) -> None:
        body = {
            "issuer": self._stack.issuer.issuer,
            "subject": person.subject,
            "trained_until": trained_until.isoformat(),
            "modes": ["individual"],
            "load_cap": 3,
        }
        self._coordinate("support", "POST", "/supporters", json=body)

    def identify(self, stranger: Person, as_token: str) -> None:
        """Say that the identifier of `stranger` is the person behind `as_token`."""
        self._answer_identity(stranger, {"outcome": "known", "person": as_token})

    def say_not_staff(self, stranger: Person) -> None:
        self._answer_identity(stranger, {"outcome": "not-staff"})

    def _answer_identity(self, stranger: Person, answer: dict[str, str]) -> None:
        for task in self._every("directory", "/identity/tasks", "tasks"):
            path = f"/identity/tasks/{task['task']}"
            claimed = self._coordinate("directory", "POST", f"{path}/claim")
            if claimed["identifier"]["value"].casefold() == stranger.number.casefold():
                self._coordinate("directory", "POST", f"{path}/answer", json=answer)
                return
            self._coordinate("directory", "POST", f"{path}/release")
        raise AssertionError(f"nobody asks who {stranger.name} is")

    def say_who_was_involved(self, incident: str, people: list[Person]) -> None:
        staff = [{"system": EMPLOYEE_SYSTEM, "value": person.number} for person in people]
        tasks = self._every("intake", "/tasks", "tasks")
        task = next(task["task"] for task in tasks if task["incident"] == incident)
        self._coordinate("intake", "POST", f"/tasks/{task}/answer", json={"staff": staff})

    def take_case(self, case: str) -> None:
        self._coordinate("support", "POST", f"/cases/{case}/take")

    def support_clocks(self, state: str) -> list[dict[str, Any]]:
        """The promises to members of staff, by time to breach, as a coordinator sees them."""
        return list(self._every("sla-support", "/clocks", "clocks", state=state, limit="200"))

    def event_clocks(self, state: str) -> list[dict[str, Any]]:
        """The promises about incidents, as a risk manager sees them."""
        who = ("rita-risk", "risk-manager")
        return list(self._every("sla-event", "/clocks", "clocks", who=who, state=state, limit="200"))

    # -- staff

    def ask_for_support(self, person: Person, *, urgent: bool) -> None:
        self._call("support", "POST", "/self-requests", (person.subject, "staff"), json={"urgent": urgent})

    def _every(
        self, service: str, path: str, name: str, *, who: tuple[str, str] = COORDINATING, **query: str
    ) -> Iterator[dict[str, Any]]:
        """Each row of a list, page after page."""
        page = self._call(service, "GET", path, who, params=query)
        yield from page[name]
        while page["next"] is not None:
            page = self._call(service, "GET", path, who, params=query | {"after": page["next"]})
            yield from page[name]

    def _coordinate(self, service: str, method: str, path: str, **options: Any) -> Any:
        return self._call(service, method, path, COORDINATING, **options)

    def _call(self, service: str, method: str, path: str, who: tuple[str, str], **options: Any) -> Any:
        subject, role = who
        token = self._stack.issuer.user_token(subject, service, [role])
        headers = {"Authorization": f"Bearer {token}"} | options.pop("headers", {})
        answer = self._http.request(method, f"{self._stack.url(service)}{path}", headers=headers, **options)
        assert answer.is_success, f"{method} {service}{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else {}

    def close(self) -> None:
        self._http.close()
