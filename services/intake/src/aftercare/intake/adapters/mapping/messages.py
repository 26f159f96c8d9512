"""What a record can be told as: the types of our inbound contract, each with its fields."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from aftercare.intake.adapters.mapping.people import (
    Incident,
    Incidents,
    PatientLists,
    PeopleLists,
    Person,
    Reporter,
    StaffLists,
    joined,
)
from aftercare.intake.adapters.mapping.problems import wrong
from aftercare.intake.adapters.mapping.specs import (
    Expr,
    Harm,
    Key,
    Moment,
    Strict,
    Take,
    Truth,
    Word,
    expression,
    words_of,
)
from aftercare.intake.domain.mapping import plan
from aftercare.intake.domain.vocabulary import (
    Actuality,
    EventKind,
    FeedbackAudience,
    Milestone,
    Outcome,
    RcaMethod,
    Seriousness,
    Severity,
    SubjectKind,
    WithdrawalReason,
)

Zones = tuple[str | None, list[str]]
"""What the file says for all its moments: a zone, and formats."""
FlagName = Literal["never-event", "sentinel", "serious-incident", "duty-of-candour"]


class Record(Strict):
    """Which record of its source it is, and which version of it."""

    id: Key
    version: Take | None = None
    updated: Moment | None = None

    def node(self, zones: Zones) -> plan.Parts:
        fields: dict[str, plan.Node] = {"id": self.id.node(needs_digit=True)}
        if self.version is not None:
            fields["version"] = plan.Key(self.version.take())
        if self.updated is not None:
            fields["updated"] = self.updated.moment(*zones)
        return plan.Parts(fields)


class Identified(Strict):
    id: Key

    def node(self) -> plan.Parts:
        return plan.Parts({"id": self.id.node(needs_digit=True)})


class Told(Strict):
    """What every message has. `type` comes with each."""

    when: Expr | None = Field(None, description="Only for records for which this holds")
    each: Expr | None = Field(None, description="One message for each item; the record is its `parent`")
    alone: bool = Field(default=False, description="Records told by this message alone are no incidents, and meant so")

    def message(self, zones: Zones) -> plan.Message:
        kind: str = getattr(self, "type")  # noqa: B009 - each message has its own
        fields = plan.Parts(self.fields(zones))
        return plan.Message(kind, fields, expression(self.when), self.once(), expression(self.each), self.alone)

    def fields(self, zones: Zones) -> dict[str, plan.Node]:
        raise NotImplementedError

    def once(self) -> plan.Take | None:
        return None


class IncidentTold(Told):
    type: Literal["incident-reported", "incident-amended"]
    record: Record
    numbers: Take | None = None
    site: Take | None = None
    unit: Take | None = None
    occurred: Moment | None = None
    discovered: Moment | None = None
    recorded: Moment | None = None
    kind: Annotated[Word, words_of(EventKind)] | None = None
    actuality: Annotated[Word, words_of(Actuality)] | None = None
    severity: Annotated[Word, words_of(Severity)] | None = None
    seriousness: Annotated[Word, words_of(Seriousness)] | None = None
    outcome: Annotated[Word, words_of(Outcome)] | None = None
    subject: Annotated[Word, words_of(SubjectKind)] | None = None
    harm: Harm | None = None
    flags: dict[FlagName, Truth] | None = None
    narrative_present: Truth | None = None
    synthetic: Truth | None = None
    staff: StaffLists = ()
    reporter: Reporter | None = None
    staff_count: Take | None = Field(None, description="How many of the staff were involved, if it may be more")
    patients: PatientLists = ()

    def fields(self, zones: Zones) -> dict[str, plan.Node]:
        found: dict[str, plan.Node] = {"record": self.record.node(zones)}
        found |= _words({name: getattr(self, name) for name in _WORDS})
        found |= _moments({name: getattr(self, name) for name in ("occurred", "discovered", "recorded")}, zones)
        if self.numbers is not None:
            found["numbers"] = plan.Keys(self.numbers.take())
        if self.harm is not None:
            found["harm"] = self.harm.node()
        if self.flags:
            found["flags"] = plan.Flags(tuple((name, truth.node()) for name, truth in self.flags.items()))
        if self.narrative_present is not None:
            found["narrative_present"] = self.narrative_present.node(any_text=True)
        if self.synthetic is not None:
            found["synthetic"] = self.synthetic.node()
        if self.staff:
            found["staff"] = joined(self.staff)
        if self.staff_count is not None:
            found["staff_count"] = plan.Word(self.staff_count.take())
        if self.reporter is not None:
            found["reporter"] = self.reporter.node()
        if self.patients:
            found["patients"] = joined(self.patients)
        return found


_WORDS = ("site", "unit", "kind", "actuality", "severity", "seriousness", "outcome", "subject")


class Withdrawn(Told):
    type: Literal["incident-withdrawn"]
    record: Record
    reason: Annotated[Word, words_of(WithdrawalReason)] | None = None

    def fields(self, zones: Zones) -> dict[str, plan.Node]:
        return {"record": self.record.node(zones), **_words({"reason": self.reason})}


class Merged(Told):
    type: Literal["incident-merged"]
    record: Record
    into: Incident

    def fields(self, zones: Zones) -> dict[str, plan.Node]:
        return {"record": self.record.node(zones), "into": self.into.node()}


class Once(Told):
    """A message that happens once. `event_id` tells it from the next; without it, its content does."""

    event_id: Take | None = Field(None, description="What tells this message from the next one of its kind")

    def once(self) -> plan.Take | None:
        return None if self.event_id is None else self.event_id.take()


class StaffTold(Once):
    type: Literal["staff-involved-added", "staff-involved-removed"]
    incident: Incident
    staff: StaffLists = Field(min_length=1)
    nominator_fears_repercussion: Truth | None = None

    def fields(self, zones: Zones) -> dict[str, plan.Node]:  # noqa: ARG002 - it states no moment
        found: dict[str, plan.Node] = {"incident": self.incident.node(), "staff": joined(self.staff)}
        if self.nominator_fears_repercussion is not None:
            found["nominator_fears_repercussion"] = self.nominator_fears_repercussion.node(otherwise=True)
        return found


class RcaTold(Once):
    type: Literal[
        "rca-commissioned",
        "rca-interview-scheduled",
        "rca-interview-held",
        "rca-interview-cancelled",
        "rca-completed",
        "rca-cancelled",
        "rca-findings-released",
    ]
    rca: Identified
    incidents: Incidents | None = None
    method: Annotated[Word, words_of(RcaMethod)] | None = None
    team: PeopleLists = ()
    interviewee: Person | None = None
    at: Moment | None = None
    audience: Annotated[Word, words_of(FeedbackAudience)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> "RcaTold":
        if self.interviewee is None and self.type.startswith("rca-interview-"):
            raise wrong("an interview needs an `interviewee`")
        if self.audience is None and self.type == "rca-findings-released":
            raise wrong("findings need an `audience`: staff or family")
        return self

    def fields(self, zones: Zones) -> dict[str, plan.Node]:
        found: dict[str, plan.Node] = {"rca": self.rca.node()}
        found |= _words({"method": self.method, "audience": self.audience}) | _moments({"at": self.at}, zones)
        if self.incidents is not None:
            found["incidents"] = self.incidents.listed()
        if self.team:
            found["team"] = joined(self.team)
        if self.interviewee is not None:
            found["interviewee"] = self.interviewee.node()
        return found


class DisclosureTold(Once):
    type: Literal["disclosure-milestone-reached"]
    incident: Incident
    milestone: Annotated[Word, words_of(Milestone)]
    at: Moment | None = None
    lead: Person | None = None
    participants: PeopleLists = ()
    patients: PatientLists = ()

    def fields(self, zones: Zones) -> dict[str, plan.Node]:
        found: dict[str, plan.Node] = {"incident": self.incident.node(), "milestone": self.milestone.node()}
        found |= _moments({"at": self.at}, zones)
        if self.lead is not None:
            found["lead"] = self.lead.node()
        if self.participants:
            found["participants"] = joined(self.participants)
        if self.patients:
            found["patients"] = joined(self.patients)
        return found


AnyTold = Annotated[
    IncidentTold | Withdrawn | Merged | StaffTold | RcaTold | DisclosureTold, Field(discriminator="type")
]


def _words(found: Mapping[str, Take | None]) -> dict[str, plan.Node]:
    return {name: plan.Word(take.take()) for name, take in found.items() if take is not None}


def _moments(found: Mapping[str, Moment | None], zones: Zones) -> dict[str, plan.Node]:
    return {name: moment.moment(*zones) for name, moment in found.items() if moment is not None}
