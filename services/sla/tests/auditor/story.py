"""Stories for the auditor and the engine: messages with their identity and time, and rules in one line."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from aftercare.programme.clocks import ClockRule
from aftercare.programme.model import Coordinator, Organisation, Site
from aftercare.schemas import disclosure_milestone, incident, outreach, rca, support_case
from aftercare.schemas.base import Message
from aftercare.schemas.time import Precision, StatedTime
from aftercare.sla.auditor.facts import Fact
from aftercare.sla.auditor.reading import facts_of
from aftercare.sla.auditor.starting import Pack

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Told = tuple[Message, str, datetime]


def at(text: str) -> datetime:
    """`2026-03-02T10:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ref(prefix: str, name: str) -> str:
    return f"{prefix}_{uuid.uuid5(uuid.NAMESPACE_OID, name).hex}"


def stated(instant: datetime | None, until: datetime | None = None) -> StatedTime | None:
    if instant is None:
        return None
    return StatedTime(
        earliest=instant,
        latest=until or instant,
        precision=Precision.INSTANT,
        zone_known=True,
        source_field="when",
    )


def rule(name: str, form: dict[str, Any], **parts: Any) -> ClockRule:
    """A rule; without more, of incidents, from when they were received until the first talk."""
    body: dict[str, Any] = {
        "id": name,
        "title": name,
        "catalogue": "local",
        "side": "event",
        "subject": "incident",
        "start": {"on": ["incident-known"], "at": "received"},
        "stop": {"on": ["disclosure-initial-done"]},
        "form": form,
        "standing": "local",
        "source": "made up",
        "verified": True,
        "owner": "disclosure-lead",
        **parts,
    }
    return ClockRule.model_validate(body)


def deadline(
    name: str, calendar: str = "continuous", /, rest: dict[str, Any] | None = None, **within: Any
) -> ClockRule:
    return rule(name, {"kind": "deadline", "within": within, "calendar": calendar}, **(rest or {}))


def organisation(*sites: dict[str, Any]) -> Organisation:
    made = sites or ({"code": "north", "name": "North", "zone": "Europe/London", "holidays": "GB-ENG"},)
    return Organisation(
        name="Made up",
        sites=tuple(Site.model_validate(site) for site in made),
        coordinators=(Coordinator(code="duty", name="Duty", email="duty@example.org"),),
    )


def packs(*rules: ClockRule) -> Any:
    """The same rules at every site."""
    pack = Pack("generic", 1, rules)
    return lambda site: (pack,)  # noqa: ARG005


class Story:
    """What came about, told as messages of the topics. Each telling has its own identity."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self._revisions: dict[str, int] = {}
        self._came: dict[str, datetime] = {}
        """When an analysis was first heard of: its source goes on saying so."""

    def tell(self, message: Message, time: datetime) -> "Story":
        self.told.append((message, f"urn:test {len(self.told)}", time))
        return self

    def incident(self, time: datetime, told_as: type[Any] = incident.IncidentReportedV1, **fields: Any) -> "Story":
        """The next revision of an incident, received or said at `time`. `persons`: who is named, and their own harm."""
        name = fields.pop("name", "fall")
        named = tuple(
            incident.RelevantPerson(relevant_person=ref("pat", person), harm=harm)
            for person, harm in fields.pop("persons", {}).items()
        )
        more = {part: fields.pop(part) for part in ("reason", "into") if part in fields}
        revision = fields.pop("revision", self._revisions.get(name, 0) + 1)
        self._revisions[name] = max(revision, self._revisions.get(name, 0))
        for moment in ("occurred", "discovered", "recorded"):
            if isinstance(fields.get(moment), datetime):
                fields[moment] = stated(fields[moment])
        first = {"site": "north", "harm": "severe", "harm_rule": "v1", "source": "safety", "received": time}
        state = incident.IncidentState(
            incident=ref("inc", name), revision=revision, relevant_persons=named, **{**first, **fields}
        )
        return self.tell(told_as(state=state, **more), time)

    def withdrawn(self, time: datetime, **fields: Any) -> "Story":
        return self.incident(time, incident.IncidentWithdrawnV1, reason="entered-in-error", **fields)

    def merged(self, time: datetime, name: str, into: str, **fields: Any) -> "Story":
        return self.incident(time, incident.IncidentMergedV1, name=name, into=ref("inc", into), **fields)

    def milestone(
        self,
        milestone: str,
        when: datetime | None,
        received: datetime,
        name: str = "fall",
        **more: Any,
    ) -> "Story":
        """A step of disclosure; `until`: it may have been as late as that; `persons`: whom it regards."""
        message = disclosure_milestone.DisclosureMilestoneReachedV1.model_validate(
            {
                "incident": ref("inc", name),
                "revision": 1,
                "source": "outside",
                "milestone": milestone,
                "at": stated(when, more.get("until")),
                "relevant_persons": [ref("pat", person) for person in more.get("persons", ())],
                "received": received,
            }
        )
        return self.tell(message, received)

    def talked(
        self, when: datetime, heard: datetime | None = None, name: str = "fall", persons: tuple[str, ...] = ()
    ) -> "Story":
        """The first talk with the family."""
        return self.milestone("initial-done", when, heard or when, name, persons=persons)

    def analysis(self, kind: type[Any], time: datetime, *incidents: str, **fields: Any) -> "Story":
        name = fields.pop("name", "why")
        self._revisions[name] = self._revisions.get(name, 0) + 1
        state = rca.RcaState(
            rca=ref("rca", name),
            revision=self._revisions[name],
            source="outside",
            incidents=tuple(ref("inc", one) for one in incidents),
            method=fields.pop("method", "other"),
            backfill=fields.pop("backfill", False),
            received=self._came.setdefault(name, time),
        )
        return self.tell(kind(state=state, **fields), time)

    def owed(self, time: datetime, name: str = "ana", about: str | None = "fall", **fields: Any) -> "Story":
        """Somebody must be offered support."""
        message = support_case.ObligationOpenedV1(
            obligation=ref("obl", name),
            incident=ref("inc", about) if about else None,
            route=fields.pop("route", "incident"),
            received=time,
            opened=time,
            **fields,
        )
        return self.tell(message, time)

    def settled(self, time: datetime, how: str, name: str = "ana", case: str | None = "ana") -> "Story":
        message = support_case.ObligationSettledV1.model_validate(
            {
                "obligation": ref("obl", name),
                "settlement": how,
                "case": ref("cas", case) if case else None,
                "settled": time,
            }
        )
        return self.tell(message, time)

    def case(self, time: datetime, state: str, name: str = "ana") -> "Story":
        self._revisions[f"case {name}"] = self._revisions.get(f"case {name}", 0) + 1
        message = support_case.CaseStateChangedV1.model_validate(
            {
                "case": ref("cas", name),
                "revision": self._revisions[f"case {name}"],
                "state": state,
                "route": "incident",
                "changed": time,
            }
        )
        return self.tell(message, time)

    def assignment(self, time: datetime, state: str, name: str = "ben", case: str = "ana") -> "Story":
        message = support_case.AssignmentChangedV1.model_validate(
            {"case": ref("cas", case), "assignment": ref("asg", name), "state": state, "changed": time}
        )
        return self.tell(message, time)

    def reached(self, time: datetime, case: str = "ana") -> "Story":
        message = outreach.PersonReachedV1.model_validate(
            {"regarding": ref("cas", case), "person": ref("per", case), "by": "human", "reached": time}
        )
        return self.tell(message, time)

    def facts(self) -> list[Fact]:
        return [fact for message, event, time in self.told for fact in facts_of(message, event, time)]
