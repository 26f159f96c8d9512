"""The people at desks: HR, coordinators, managers, and staff who are signed in. They use HTTP with their own tokens."""

import time
from datetime import datetime
from typing import Any

import httpx

from aftercare_local.stack import Stack
from aftercare_local.world.people import EMPLOYEE_SYSTEM, Person

COORDINATOR = "casey-coordinator"
_ROSTER_SECONDS = 120


class Desk:
    """Everybody who works with Aftercare at a screen."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._http = httpx.Client(timeout=60)

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
        for task in self._coordinate("directory", "GET", "/identity/tasks")["tasks"]:
            path = f"/identity/tasks/{task['task']}"
            claimed = self._coordinate("directory", "POST", f"{path}/claim")
            if claimed["identifier"]["value"].casefold() == stranger.number.casefold():
                self._coordinate("directory", "POST", f"{path}/answer", json=answer)
                return
            self._coordinate("directory", "POST", f"{path}/release")
        raise AssertionError(f"nobody asks who {stranger.name} is")

    def say_who_was_involved(self, incident: str, people: list[Person]) -> None:
        staff = [{"system": EMPLOYEE_SYSTEM, "value": person.number} for person in people]
        tasks = self._coordinate("intake", "GET", "/tasks")["tasks"]
        task = next(task["task"] for task in tasks if task["incident"] == incident)
        self._coordinate("intake", "POST", f"/tasks/{task}/answer", json={"staff": staff})

    def take_case(self, case: str) -> None:
        self._coordinate("support", "POST", f"/cases/{case}/take")

    def support_clocks(self, state: str) -> list[dict[str, Any]]:
        """The promises to members of staff, by time to breach, as a coordinator sees them."""
        clocks: list[dict[str, Any]] = self._coordinate("sla-support", "GET", f"/clocks?state={state}&limit=200")[
            "clocks"
        ]
        return clocks

    def event_clocks(self, state: str) -> list[dict[str, Any]]:
        """The promises about incidents, as a risk manager sees them."""
        page = self._call("sla-event", "GET", f"/clocks?state={state}&limit=200", ("rita-risk", "risk-manager"))
        return list(page["clocks"])

    # -- staff

    def ask_for_support(self, person: Person, *, urgent: bool) -> None:
        self._call("support", "POST", "/self-requests", (person.subject, "staff"), json={"urgent": urgent})

    def _coordinate(self, service: str, method: str, path: str, **options: Any) -> Any:
        return self._call(service, method, path, (COORDINATOR, "coordinator"), **options)

    def _call(self, service: str, method: str, path: str, who: tuple[str, str], **options: Any) -> Any:
        subject, role = who
        token = self._stack.issuer.user_token(subject, service, [role])
        headers = {"Authorization": f"Bearer {token}"} | options.pop("headers", {})
        answer = self._http.request(method, f"{self._stack.url(service)}{path}", headers=headers, **options)
        assert answer.is_success, f"{method} {service}{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else {}

    def close(self) -> None:
        self._http.close()
