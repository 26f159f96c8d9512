"""A mapping as data: what to take from a record for each field of our contract."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from aftercare.intake.domain.mapping.expressions import Expression


class Input(StrEnum):
    """What a body is read as, before expressions see it."""

    JSON = "json"
    CSV = "csv"
    XML = "xml"
    FORM = "form"
    HL7V2 = "hl7v2"


@dataclass(frozen=True, slots=True)
class Take:
    """One value: an expression, or the same word always; then its code, then a default when nothing is left."""

    expression: Expression | None = None
    always: str | None = None
    codes: Mapping[str, str] | None = None
    """By the code as it is compared: see `code_key`."""
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A word of an enum, or a place: checked by the contract against a list that is not the record's."""

    take: Take


@dataclass(frozen=True, slots=True)
class Key:
    """An identifier: no sentence, no list. `needs_digit`: a name could pass for one otherwise."""

    take: Take
    needs_digit: bool = False
    names_somebody: bool = False
    """Whether a person is known by it: then what stands for nobody is none."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Several identifiers."""

    take: Take


@dataclass(frozen=True, slots=True)
class Display:
    """A person's name as written, for `directory` to look at."""

    take: Take


@dataclass(frozen=True, slots=True)
class Truth:
    """Yes or no. `otherwise` is taken for what says neither."""

    take: Take
    otherwise: bool = False
    any_text: bool = False
    """Whether any text counts as yes: a story is there."""


@dataclass(frozen=True, slots=True)
class Moment:
    take: Take
    zone: str | None
    formats: tuple[str, ...]
    time: Expression | None = None
    """The time of day, where `take` gives the date alone; without one the whole day is meant."""


@dataclass(frozen=True, slots=True)
class Harm:
    """`scale` and the code as it is; or, when `take` has codes, our own levels."""

    take: Take
    scale: str | None


@dataclass(frozen=True, slots=True)
class Flags:
    conditions: tuple[tuple[str, Truth], ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """An object of fields; empty when none of `needed` gave a value."""

    fields: Mapping[str, "Node"]
    needed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Each:
    """A list of objects, one per item that the expression gives; fields look at the item."""

    expression: Expression | None
    """`None`: the record itself is the one item."""
    parts: Parts


@dataclass(frozen=True, slots=True)
class Join:
    """Lists, one after the other."""

    lists: tuple["Node", ...]


Node = Word | Key | Keys | Display | Truth | Moment | Harm | Flags | Parts | Each | Join


@dataclass(frozen=True, slots=True)
class Message:
    """What one record is told as: a type of our contract, when it applies, and its fields."""

    type: str
    fields: Parts
    when: Expression | None = None
    occasion: Take | None = None
    """What tells one message about people or an analysis from the next: the CloudEvents id in our contract."""
    each: Expression | None = None
    """Finds the items of which each is told by itself; without it the record is the one item."""
    alone: bool = False
    """Whether a record that is told by this alone is meant so, though others are incidents."""

    @property
    def tells_incident(self) -> bool:
        return self.type.startswith("incident-")


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """A mapping file, checked."""

    name: str
    version: int
    input: Input
    messages: tuple[Message, ...]
    recognise: tuple[Expression, ...] = ()
    records: Expression | None = None
    group: Expression | None = None
    """Records for which it gives the same are one."""
    ignore: tuple[Expression, ...] = ()
    nulls: frozenset[str] = frozenset()
    """Texts that mean nothing, without case and spaces."""
    nobody: frozenset[str] = frozenset()
    """Texts that stand where a person is due and name nobody, beside those that we know; as `plain_words` has them."""

    @property
    def format(self) -> str:
        """How records say which mapping, in which version, mapped them."""
        return f"{FORMAT_PREFIX}{self.name}@{self.version}"


FORMAT_PREFIX = "mapping:"


@dataclass(frozen=True, slots=True)
class Mappings:
    """All mapping files in force."""

    by_source: Mapping[str, Sequence[SourceMapping]] = field(default_factory=dict)
    anywhere: Sequence[SourceMapping] = ()
    """For records of any source that no format of ours knows: those must say what they recognise."""
    assumed: Sequence[SourceMapping] = ()
    """Tried before all others: `check --mapping` and a dry run over what is parked."""

    def of(self, source: str) -> Sequence[SourceMapping]:
        """Those that a source is bound to, in order."""
        return (*self.assumed, *self.by_source.get(source, ()))

    @property
    def everyone(self) -> Sequence[SourceMapping]:
        """Each mapping once."""
        bound = [mapping for mappings in self.by_source.values() for mapping in mappings]
        return list({mapping.name: mapping for mapping in (*self.assumed, *bound, *self.anywhere)}.values())
