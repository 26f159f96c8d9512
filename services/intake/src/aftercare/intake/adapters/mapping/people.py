"""How a mapping file says who was involved."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from aftercare.intake.adapters.mapping import specs
from aftercare.intake.adapters.mapping.problems import wrong
from aftercare.intake.domain.mapping import plan
from aftercare.intake.domain.vocabulary import Relation, Route, SubjectKind

WHO = frozenset({"value", "reference", "display"})
System = Annotated[str, Field(description="The system of the identifiers, written as it is: urn:hill:staff")]


class Person(specs.Strict):
    """A person by identifier, else by reference, else by name: the name goes to `directory` alone, sealed."""

    may_be_nobody: ClassVar[bool] = False

    value: specs.Key | None = None
    system: System | None = None
    reference: specs.Key | None = None
    display: specs.Take | None = None

    @model_validator(mode="after")
    def _somebody(self) -> "Person":
        if not WHO & self.model_fields_set and not self.may_be_nobody:
            raise wrong("say who: `value` (an identifier), `reference`, or `display` (a name)")
        return self

    def who(self) -> dict[str, plan.Node]:
        fields: dict[str, plan.Node] = {}
        if self.value is not None:
            fields["value"] = self.value.person()
        if self.system is not None:
            fields["system"] = plan.Word(plan.Take(always=self.system))
        if self.reference is not None:
            fields["reference"] = self.reference.person()
        if self.display is not None:
            fields["display"] = plan.Display(self.display.take())
        return fields

    def node(self) -> plan.Parts:
        return plan.Parts(self.who(), WHO)


class People(Person):
    """A list of people: `each` finds the items, all other expressions look at one item."""

    each: specs.Expr | None = None

    def listed(self) -> plan.Each:
        return plan.Each(specs.expression(self.each), self.node())


class Staff(People):
    relation: Annotated[specs.Word, specs.words_of(Relation)] | None = None
    route: Annotated[specs.Word, specs.words_of(Route)] | None = None
    never_through_manager: specs.Truth | None = None

    def node(self) -> plan.Parts:
        fields = self.who()
        if self.relation is not None:
            fields["relation"] = self.relation.node()
        if self.route is not None:
            fields["route"] = self.route.node()
        if self.never_through_manager is not None:
            fields["never_through_manager"] = self.never_through_manager.node(otherwise=True)
        return plan.Parts(fields, WHO)


class Reporter(Person):
    """Who reported it; an anonymous one may still fear repercussion."""

    may_be_nobody = True

    fears_repercussion: specs.Truth | None = Field(
        None, description="Then nobody named is ever contacted through a manager"
    )
    also_involved: specs.Truth | None = None

    def node(self) -> plan.Parts:
        fields = self.who()
        if self.fears_repercussion is not None:
            fields["fears_repercussion"] = self.fears_repercussion.node(otherwise=True)
        if self.also_involved is not None:
            fields["also_involved"] = self.also_involved.node()
        return plan.Parts(fields)


class Patient(specs.Strict):
    """A relevant person: becomes a reference that holds within the incident, and a keyed one for `disclosure` alone."""

    each: specs.Expr | None = None
    value: specs.Key
    system: System | None = None
    kind: Annotated[specs.Word, specs.words_of(SubjectKind)] | None = None
    harm: specs.Harm | None = Field(None, description="This person's own, where the source states it for each")

    def listed(self) -> plan.Each:
        fields: dict[str, plan.Node] = {"value": self.value.person()}
        if self.system is not None:
            fields["system"] = plan.Word(plan.Take(always=self.system))
        if self.kind is not None:
            fields["kind"] = self.kind.node()
        if self.harm is not None:
            fields["harm"] = self.harm.node()
        return plan.Each(specs.expression(self.each), plan.Parts(fields, frozenset({"value"})))


class Incident(specs.Short):
    """An incident that a message is about."""

    short = "id"

    id: specs.Key | None = None
    number: specs.Key | None = None
    reference: specs.Key | None = None

    @model_validator(mode="after")
    def _one(self) -> "Incident":
        if not self.model_fields_set:
            raise wrong("say which incident: its `id` in the source, or its `number`")
        return self

    def node(self) -> plan.Parts:
        named = {"id": self.id, "number": self.number, "reference": self.reference}
        return plan.Parts({name: key.node() for name, key in named.items() if key is not None})


class Incidents(Incident):
    each: specs.Expr | None = None

    def listed(self) -> plan.Each:
        return plan.Each(specs.expression(self.each), self.node())


def _several(value: object) -> object:
    return value if isinstance(value, list) else [value]


StaffLists = Annotated[tuple[Staff, ...], BeforeValidator(_several, json_schema_input_type=Staff | tuple[Staff, ...])]
PeopleLists = Annotated[
    tuple[People, ...], BeforeValidator(_several, json_schema_input_type=People | tuple[People, ...])
]
PatientLists = Annotated[
    tuple[Patient, ...], BeforeValidator(_several, json_schema_input_type=Patient | tuple[Patient, ...])
]


def joined(lists: tuple[People, ...] | tuple[Patient, ...]) -> plan.Join:
    return plan.Join(tuple(one.listed() for one in lists))
