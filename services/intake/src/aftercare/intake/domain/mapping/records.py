"""From a body to endings by a mapping: recognise, split, choose the messages, hand their fields to our contract."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.contract.messages import PREFIX, map_message
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.facts import IncidentReport, StaffChange
from aftercare.intake.domain.json_values import body_hash, identifier, items, text
from aftercare.intake.domain.mapping.alike import code_key
from aftercare.intake.domain.mapping.budget import DEFAULT_STEPS, Budget, TooCostlyError
from aftercare.intake.domain.mapping.expressions import (
    Expression,
    NotApplicableError,
)
from aftercare.intake.domain.mapping.fields import MAX_ITEMS, Looking, says_something
from aftercare.intake.domain.mapping.groups import ROWS, as_one, digest_of, key_of
from aftercare.intake.domain.mapping.paths import Paths
from aftercare.intake.domain.mapping.plan import Input, Message, SourceMapping
from aftercare.intake.domain.mapping.trace import Trace, TraceLine
from aftercare.intake.domain.outcome import Examined, Reason, Refusal, RefusedError
from aftercare.intake.domain.readers.document import format_of

MAX_RECORDS = 20_000
BODY_STEPS = 1_000_000
_LOOK_STEPS = 20_000
NewContext = Callable[[], Context]


def recognises(mapping: SourceMapping, value: Any, trace: Trace | None = None) -> bool:
    """Whether all that the mapping wants to hold of a body does hold. One that asks for nothing takes everything."""
    written = format_of(value) or Input.JSON.value
    if trace is not None and trace.with_lines:
        trace.looks.append(TraceLine("input", mapping.input, written, written == mapping.input))
    if written != mapping.input:
        return False
    budget = Budget(_LOOK_STEPS)
    try:
        return all(_recognised(expression, value, budget, trace) for expression in mapping.recognise)
    except TooCostlyError:
        return False


def _recognised(expression: Expression, value: Any, budget: Budget, trace: Trace | None) -> bool:
    holds = _holds(expression, value, budget)
    if trace is not None and trace.with_lines:
        trace.looks.append(TraceLine("recognise", expression.words, holds, holds))
    return holds


_EMPTY: tuple[Any, ...] = (None, False, "", [], {})


def map_records(
    mapping: SourceMapping, payload: Payload, new_context: NewContext, trace: Trace | None = None
) -> list[Examined]:
    """The endings of all records in a body: at least one. Never raises."""
    return map_together(mapping, [payload], new_context, trace)


def map_together(
    mapping: SourceMapping, payloads: Sequence[Payload], new_context: NewContext, trace: Trace | None = None
) -> list[Examined]:
    """The same for several payloads of one body, whose records may be parts of one: at least one ending of each."""
    endings: list[Examined] = []
    records: list[Payload] = []
    paths = trace.paths_of(mapping) if trace is not None else None
    for payload in payloads:
        try:
            records += [replace(payload, value=record) for record in _split(mapping, payload.value, paths)]
        except RefusedError as refused:
            endings.append(refused.refusal)
    mapper = _Mapper(mapping, new_context, trace, BODY_STEPS * len(payloads))
    whole = mapper.grouped(records[:MAX_RECORDS], endings)
    endings += [ending for record in whole for ending in mapper.endings(record)]
    if len(records) > MAX_RECORDS:
        endings.append(Refusal(Reason.TOO_MANY_RECORDS, f"more than {MAX_RECORDS} records", mapping.format))
    return endings


def _split(mapping: SourceMapping, value: Any, paths: Paths | None) -> Sequence[Any]:
    if mapping.records is None:
        return value if isinstance(value, list) and value else [value]
    if paths is not None:
        paths.bodies += 1
    try:
        found = mapping.records.of(value, Budget(BODY_STEPS, watch=paths))
    except (NotApplicableError, TooCostlyError):
        raise RefusedError(Reason.UNREADABLE_FIELD, "records: can't be applied to this body", mapping.format) from None
    if found in _EMPTY:
        raise RefusedError(Reason.MAPPING_MISFIT, "records: the mapping's expression finds no record", mapping.format)
    return items(found)


@dataclass
class _Mapper:
    """One body on its way through a mapping. `left` are the steps that all its records may take together."""

    mapping: SourceMapping
    new_context: NewContext
    trace: Trace | None
    left: int

    def grouped(self, records: Sequence[Payload], endings: list[Examined]) -> Sequence[Payload]:
        """The records, those of a group as one. Of a record that can't be told to one, `endings` says so."""
        if self.mapping.group is None:
            return records
        groups: dict[str, list[Payload]] = {}
        for payload in records:
            record = replace(payload, value=without_nulls(payload.value, self.mapping.nulls))
            found = self._group_of(self.mapping.group, record)
            if isinstance(found, Refusal):
                endings.append(found)
            else:
                groups.setdefault(found, []).append(record)
        return [replace(group[0], value=as_one([one.value for one in group])) for group in groups.values()]

    def _group_of(self, by: Expression, record: Payload) -> str | Refusal:
        budget = self._budget(record, _LOOK_STEPS)
        try:
            found = key_of(by, record.value, budget)
        except TooCostlyError:
            return Refusal(Reason.MAPPING_TOO_COSTLY, "group: takes too many steps", self.mapping.format)
        self._tell_columns([(column, "group") for column in budget.missed()], record)
        detail = "group: the expression gives nothing in this record"
        return found if found is not None else Refusal(Reason.MISSING_FIELD, detail, self.mapping.format)

    def _budget(self, record: Payload, steps: int) -> Budget:
        paths = self.trace.paths_of(self.mapping) if self.trace is not None else None
        return Budget(steps, self._rows(record) if self.mapping.input is Input.CSV else (), paths)

    def endings(self, payload: Payload) -> Iterator[Examined]:
        record = replace(payload, value=without_nulls(payload.value, self.mapping.nulls))
        paths = self.trace.paths_of(self.mapping) if self.trace is not None else None
        budget = self._budget(record, min(DEFAULT_STEPS, self.left))
        if paths is not None:
            paths.next_record()
        given = budget.steps
        try:
            yield from self._told(record, budget)
        except TooCostlyError:
            detail = "the expressions take too many steps on this record"
            yield Refusal(Reason.MAPPING_TOO_COSTLY, detail, self.mapping.format)
        finally:
            self.left = max(0, self.left - (given - budget.steps))

    def _told(self, record: Payload, budget: Budget) -> Iterator[Examined]:
        if any(_holds(condition, record.value, budget) for condition in self.mapping.ignore):
            yield Refusal(Reason.NOT_AN_INCIDENT, "the mapping says to ignore such records", self.mapping.format)
            return
        missed = [(column, "ignore") for column in budget.missed()]
        due = {
            number: message
            for number, message in enumerate(self.mapping.messages)
            if message.when is None or _holds(message.when, record.value, budget)
        }
        missed += [(column, "when") for column in budget.missed()]
        doubts: list[str] = []
        found = {number: _parts(message, record.value, budget, doubts) for number, message in due.items()}
        parts = [part for of_one in found.values() for part in of_one]
        missed += [(column, "each") for column in budget.missed()]
        self._tell_columns(missed, record)
        doubts += self._doubts([part.message for part in parts], record)
        doubts += [f"no-column:{condition}" for _, condition in missed]
        budget.took([part.item for part in parts])
        for part in parts:
            yield self._ending(part, record, budget, doubts)
        if self.trace is not None:
            paths = self.trace.paths_of(self.mapping)
            paths.apply(due, [number for number, of_one in found.items() if of_one])
            if parts:
                paths.unread.end(record.value)
        if not parts:
            detail = "no message of the mapping has a `when` that holds"
            detail += " and an `each` that finds something" if due else ""
            detail += "; a column that it names is not there" if missed else ""
            yield Refusal(Reason.NO_MESSAGE_APPLIES, detail, self.mapping.format)

    def _doubts(self, due: Sequence[Message], record: Payload) -> Iterator[str]:
        """What is doubtful about a record as a whole, whatever it is told as."""
        if not any(message.tells_incident or message.alone for message in due) and any(
            message.tells_incident for message in self.mapping.messages
        ):
            yield "no-incident-told"
        if self.mapping.input is Input.CSV and any(map(_is_beside_columns, self._rows(record))):
            yield "unnamed-column"

    def _rows(self, record: Payload) -> list[Any]:
        """The record, and the rows of which it is made."""
        if not isinstance(record.value, dict):
            return []
        return [record.value, *(items(record.value.get(ROWS)) if self.mapping.group is not None else ())]

    def _ending(self, part: "_Part", record: Payload, budget: Budget, doubts: Sequence[str]) -> Examined:
        message = part.message
        budget.enter(part.item, record.value if message.each is not None else None)
        context = self.new_context()
        lines: list[TraceLine] | None = [] if self.trace is not None and self.trace.with_lines else None
        noted = self.trace.paths_of(self.mapping).noted if self.trace is not None else None
        looking = Looking(context.doubts, context.source, budget, self.mapping.nobody, noted, lines)
        for doubt in doubts:
            context.doubts.note(doubt)
        data = looking.give(message.fields, part.item, "")
        looking.tell_reporter(data)
        looking.tell_nowhere()
        told = Payload(data, self._occasion(part, record, looking), record.ce_source, f"{PREFIX}{message.type}")
        digest = body_hash([message.type, data]) if message.each is not None else self._digest(message, record.value)
        ending = self._mapped(told, context, digest, looking)
        self._tell_columns(list(looking.columns.items()), record)
        if self.trace is not None and looking.trace is not None:
            self.trace.told.append((ending, looking.trace))
        return ending

    def _tell_columns(self, missed: Sequence[tuple[str, str]], record: Payload) -> None:
        if self.trace is not None:
            names = [name for name in record.value if not name.startswith("@")] if missed else []
            for column, path in missed:
                self.trace.miss(self.mapping, column, path, names)

    def _mapped(self, told: Payload, context: Context, digest: str, looking: Looking) -> Examined:
        try:
            mapped = map_message(told, context)
        except RefusedError as refused:
            return self._refused(refused.refusal, looking)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not lose a record: it is kept and told by type
            detail = f"the mapping stopped with {type(error).__name__}"
            return Refusal(Reason.MAPPING_FAILED, detail, self.mapping.format)
        fact = mapped.fact
        if isinstance(fact, IncidentReport | StaffChange):
            fact = replace(fact, unnamed_staff=max(fact.unnamed_staff, looking.unnamed_staff))
        return replace(mapped, format=self.mapping.format, body_hash=digest, fact=fact)

    def _digest(self, message: Message, record: Any) -> str:
        """The same for the same row, wherever it stands in its file."""
        if self.mapping.group is not None:
            return digest_of(message.type, record)
        content = {name: one for name, one in record.items() if name != "@row"} if isinstance(record, dict) else record
        return body_hash([message.type, content])

    def _refused(self, refusal: Refusal, looking: Looking) -> Refusal:
        """Where the field refused has one value and was given several, the mapping is at fault, not the sender."""
        for path, count in looking.several.items():
            if refusal.detail.startswith(path.partition(".")[0]):
                detail = f"{path}: its expression gave {count} values, this field takes one"
                return Refusal(Reason.MAPPING_MISFIT, detail, self.mapping.format)
        return replace(refusal, format=self.mapping.format)

    @staticmethod
    def _occasion(part: "_Part", record: Payload, looking: Looking) -> str | None:
        """By what a message that happens once is known again; without it the envelope's id, else its content."""
        message = part.message
        if message.occasion is None:
            number = f":{part.number}" if message.each is not None else ""
            return f"{record.ce_id}:{message.type}{number}" if record.ce_id else None
        found = code_key(looking.look(message.occasion.expression, part.item, "occasion"))
        return identifier(found) and f"{message.type}:{found}"


@dataclass(frozen=True, slots=True)
class _Part:
    """What one message is told of: a record, or an item of it."""

    message: Message
    item: Any
    number: int = 0


def _parts(message: Message, record: Any, budget: Budget, doubts: list[str]) -> list[_Part]:
    if message.each is None:
        return [_Part(message, record)]
    absent = budget.absent
    try:
        found = items(message.each.of(record, budget))
    except NotApplicableError:
        doubts.append("not-applicable:each")
        return []
    if not found and budget.absent > absent and not budget.has_columns:
        doubts.append("no-path:each")
    if len(found) > MAX_ITEMS:
        doubts.append("too-many:each")
    return [_Part(message, item, at) for at, item in enumerate(found[:MAX_ITEMS]) if says_something(item)]


def _holds(expression: Expression, value: Any, budget: Budget) -> bool:
    try:
        return expression.of(value, budget) not in _EMPTY
    except NotApplicableError:
        return False


def _is_beside_columns(row: Any) -> bool:
    """Whether a text stands below an empty column name."""
    return any(text(cell) is not None for cell in items(row.get("")))


def without_nulls(value: Any, nulls: frozenset[str]) -> Any:
    """The same without the texts that mean nothing in this source."""
    if isinstance(value, str):
        return None if "".join(value.split()).casefold() in nulls else value
    if isinstance(value, list):
        return [without_nulls(one, nulls) for one in value]
    if isinstance(value, dict):
        return {name: without_nulls(one, nulls) for name, one in value.items()}
    return value
