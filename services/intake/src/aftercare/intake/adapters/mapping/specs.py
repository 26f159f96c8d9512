"""How one field of a mapping file is written: a bare expression, or an object that says more."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails

from aftercare.intake.adapters.mapping.problems import again, unknown_key, wrong
from aftercare.intake.domain.harm import HARM_SCALES
from aftercare.intake.domain.mapping import plan
from aftercare.intake.domain.mapping.alike import code_key
from aftercare.intake.domain.mapping.expressions import Expression, ExpressionError, parse
from aftercare.intake.domain.mapping.hints import OUR_WORDS
from aftercare.intake.domain.mapping.moments import FormatError, check_format
from aftercare.intake.domain.stated_time import is_zone
from aftercare.intake.domain.time_windows import PARTS, part_named
from aftercare.intake.domain.vocabulary import HarmLevel

M = TypeVar("M", bound="Strict")
S = TypeVar("S", bound="Take")


def _checked(words: str) -> str:
    try:
        parse(words)
    except ExpressionError as error:
        if words.strip() in OUR_WORDS:
            raise wrong(f"{words} is a word of ours: for every record alike write {{always: {words}}}") from None
        raise wrong(str(error), column=error.column) from None
    return words


def _zone(name: str) -> str:
    if not is_zone(name):
        raise wrong("must be an IANA time zone such as Europe/London")
    return name


def _format(pattern: str) -> str:
    try:
        return check_format(pattern)
    except FormatError as error:
        raise wrong(str(error)) from None


def _scale(name: str) -> str:
    if name not in HARM_SCALES:
        raise wrong(f"must be one of {', '.join(sorted(HARM_SCALES))}; for any other scale write `codes`")
    return name


Expr = Annotated[str, AfterValidator(_checked), Field(description="A JMESPath expression")]
Zone = Annotated[str, AfterValidator(_zone), Field(description="An IANA time zone, such as Europe/London")]
Pattern = Annotated[
    str,
    AfterValidator(_format),
    Field(description="A format of moments such as %d.%m.%Y %H:%M, or epoch-seconds, epoch-milliseconds"),
]
Scale = Annotated[str, AfterValidator(_scale), Field(description=f"One of {', '.join(sorted(HARM_SCALES))}")]


class Strict(BaseModel):
    """Fields that are not known are refused, with the nearest that is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="wrap")
    @classmethod
    def _known(cls, value: Any, handler: ModelWrapValidatorHandler[M]) -> M:
        known = list(cls.model_fields)
        unknown = [str(name) for name in value if name not in known] if isinstance(value, Mapping) else []
        if not unknown:
            return handler(value)
        problems = [InitErrorDetails(type=unknown_key(name, known), input=None) for name in unknown]
        try:
            handler({name: one for name, one in value.items() if name in known})
        except ValidationError as error:
            problems.extend(map(again, error.errors(include_url=False)))
        raise ValidationError.from_exception_data(cls.__name__, problems)


class Short(Strict):
    """May be written as a bare text, which is then its first field."""

    short: ClassVar[str] = "value"

    @model_validator(mode="before")
    @classmethod
    def _long(cls, value: Any) -> Any:
        return {cls.short: value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        whole = handler(core)
        return {
            "anyOf": [{"type": "string", "description": "A JMESPath expression"}, handler.resolve_ref_schema(whole)]
        }


class Take(Short):
    """A value: `value` is an expression, `always` the same word for every record."""

    one_origin: ClassVar[str] = "say either `value` (an expression) or `always` (the same for every record)"

    value: Expr | None = None
    always: str | None = None
    codes: dict[str, str] | None = Field(None, description="What each code of the source means")
    default: str | None = Field(None, description="Taken when there is nothing, or a code that `codes` doesn't list")

    @model_validator(mode="after")
    def _one(self) -> "Take":
        if sum(one is not None for one in self._origins()) != 1:
            raise wrong(self.one_origin)
        if self.codes is not None and self.always is not None:
            raise wrong("`codes` goes with `value`, not with `always`", "codes")
        folded = [code_key(code) for code in self.codes or ()]
        if len(set(folded)) < len(folded):
            raise wrong("two of these codes are the same but for capitals or spaces", "codes")
        return self

    def _origins(self) -> tuple[str | None, ...]:
        return self.value, self.always

    def take(self) -> plan.Take:
        codes = None if self.codes is None else {code_key(code) or "": word for code, word in self.codes.items()}
        return plan.Take(expression(self.value), self.always, codes, self.default)


def expression(words: str | None) -> Expression | None:
    return None if words is None else parse(words)


class Word(Take):
    """A word of a list of ours, checked when the file is read."""

    def node(self) -> plan.Word:
        return plan.Word(self.take())


class Key(Take):
    def node(self, *, needs_digit: bool = False) -> plan.Key:
        return plan.Key(self.take(), needs_digit)

    def person(self) -> plan.Key:
        return plan.Key(self.take(), names_somebody=True)


class Truth(Take):
    def node(self, *, otherwise: bool = False, any_text: bool = False) -> plan.Truth:
        return plan.Truth(self.take(), otherwise, any_text)


class Moment(Take):
    """A moment. `formats` are tried in order, before ISO 8601; those of a `date` with a `time` have a space between."""

    one_origin = "say either `value` (an expression), `always`, or `date` (with a `time` of day)"

    date: Expr | None = Field(None, description="The date, where the time of day stands in a field of its own")
    time: Expr | None = Field(None, description="The time of day; where it is empty the whole day is meant")
    zone: Zone | None = None
    formats: list[Pattern] = []

    @model_validator(mode="after")
    def _dated(self) -> "Moment":
        if self.time is not None and self.date is None:
            raise wrong("`time` goes with `date`, for a moment in two fields; one field is a `value`", "time")
        if self.codes is not None and self.time is None:
            raise wrong("`codes` of a moment say which shift a `time` means: they go with `date` and `time`", "codes")
        for code, part in (self.codes or {}).items():
            if part_named(part) is None:
                raise wrong(f"must be one of {', '.join(filter(str.isascii, PARTS))}", "codes", code)
        return self

    def _origins(self) -> tuple[str | None, ...]:
        return self.value, self.always, self.date

    def moment(self, zone: str | None, formats: list[str]) -> plan.Moment:
        take = self.take() if self.date is None else replace(self.take(), expression=expression(self.date))
        return plan.Moment(take, self.zone or zone, (*self.formats, *formats), expression(self.time))


class Harm(Take):
    """How grave it was. A bare number means nothing: scales run in opposite directions."""

    scale: Scale | None = None

    @model_validator(mode="after")
    def _levels(self) -> "Harm":
        if self.scale is not None and self.codes is not None:
            raise wrong("say `scale` or `codes`, not both", "scale")
        words = {level.value for level in HarmLevel}
        for code, level in (self.codes or {}).items():
            if level not in words:
                raise wrong(f"must be one of {', '.join(HarmLevel)}", "codes", code)
        if self.default is not None and self.default not in words:
            raise wrong(f"must be one of {', '.join(HarmLevel)}", "default")
        _one_direction(self.codes or {})
        return self

    def node(self) -> plan.Harm:
        return plan.Harm(self.take(), self.scale)


def _one_direction(codes: Mapping[str, str]) -> None:
    """Numbers get worse in one direction only: 1, 2, 4, 3 is a slip of the pen."""
    order = list(HarmLevel)
    numbered = sorted(
        (int(code), code, order.index(HarmLevel(level)))
        for code, level in codes.items()
        if code.strip().isdecimal() and level != HarmLevel.UNKNOWN
    )
    ranks = [rank for _, _, rank in numbered]
    if len(ranks) < 3 or ranks in (sorted(ranks), sorted(ranks, reverse=True)):
        return
    rising = ranks[-1] >= ranks[0]
    for (_, _, before), (_, code, rank) in pairwise(numbered):
        if (rank < before) if rising else (rank > before):
            raise wrong("the numbers rise while harm goes up and down: correct the level of this code", "codes", code)


def words_of(kind: type[StrEnum]) -> AfterValidator:
    """Checks that a field gives only words of this list."""
    words = [member.value for member in kind]

    def check(spec: S) -> S:
        advice = f"must be one of {', '.join(words)}"
        for name in ("always", "default"):
            if getattr(spec, name) is not None and getattr(spec, name) not in words:
                raise wrong(advice, name)
        for code, word in (spec.codes or {}).items():
            if word not in words:
                raise wrong(advice, "codes", code)
        return spec

    return AfterValidator(check)
