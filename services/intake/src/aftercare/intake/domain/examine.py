"""The pure heart of the door: bytes in, one ending per record out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.doubts import Doubts
from aftercare.intake.domain.envelope import Payload, binary_attributes, content_type, records_of, unwrap
from aftercare.intake.domain.fhir.home import home_of
from aftercare.intake.domain.formats import map_payload
from aftercare.intake.domain.mapping.choice import endings_of, grouping_of
from aftercare.intake.domain.mapping.plan import Mappings, SourceMapping
from aftercare.intake.domain.mapping.records import map_together
from aftercare.intake.domain.mapping.trace import Trace
from aftercare.intake.domain.outcome import Examined, Reason, Refusal, RefusedError
from aftercare.intake.domain.reading import DEFAULT_LIMIT, Document, read_documents
from aftercare.intake.domain.repeated import doubting_repeats
from aftercare.intake.domain.source import Places, Source, Sources, unconfigured
from aftercare.intake.domain.within import endings_within, is_unrecognised


@dataclass(frozen=True, slots=True)
class Delivery:
    """A body as it came in, with its headers (lower or any case) and what the way of coming says of its source."""

    body: bytes | None = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    source: str | None = None
    """The source's configured name, when a header or a client's token says it."""
    fallback: str | None = None
    """The source to take where nothing says which: a topic can be one system's own."""


@dataclass(frozen=True, slots=True)
class Examination:
    """One record's ending. `index` counts the records of a delivery from 0."""

    index: int
    source: Source
    ending: Examined


@dataclass(frozen=True, slots=True)
class Door:
    """Everything that examining hangs on, and nothing that changes."""

    sources: Sources = field(default_factory=Sources)
    places: Places = field(default_factory=Places)
    limit: int = DEFAULT_LIMIT
    only: str | None = None
    """The one format to try."""
    assumed: str | None = None
    """The source that everything is taken to come from, whatever it says."""
    mappings: Mappings = field(default_factory=Mappings)
    """The hospital's own mapping files."""
    trace: Trace | None = field(default=None, repr=False)
    """Is told what each expression of a mapping gave: on an engineer's own terminal, nowhere else."""

    def examine(self, delivery: Delivery) -> tuple[Examination, ...]:
        """All records of a delivery with their endings: at least one, whatever came. Never raises."""
        return tuple(
            Examination(index, source, ending)
            for index, (source, ending) in enumerate(doubting_repeats(self._examine(delivery), self.trace))
        )

    def _examine(self, delivery: Delivery) -> Iterator[tuple[Source, Examined]]:
        default = self._source(delivery, binary_attributes(delivery.headers).get("source"))
        if delivery.body is None:
            yield default, Refusal(Reason.EMPTY, "a tombstone: a record without a value", "tombstone")
            return
        media_type, charset = content_type(_header(delivery.headers, "content-type"))
        charset = charset or default.charset
        encodings = _header(delivery.headers, "content-encoding")
        parts = _Parts()
        for document in read_documents(
            delivery.body, limit=self.limit, charset=charset, encodings=encodings, media_type=media_type
        ):
            if isinstance(document, Refusal):
                yield default, document
            else:
                yield from self._examine_document(document, delivery, default, parts)
        for source, mapping, payloads in parts.found.values():
            for ending in map_together(mapping, payloads, self._context_of(source), self.trace):
                yield source, ending

    def _examine_document(
        self, document: Document, delivery: Delivery, default: Source, parts: "_Parts"
    ) -> Iterator[tuple[Source, Examined]]:
        try:
            values = records_of(document.value)
        except RefusedError as refused:
            yield default, refused.refusal
            return
        for value in values:
            try:
                payload = unwrap(value, delivery.headers)
            except RefusedError as refused:
                yield default, refused.refusal
                continue
            source = self._source(delivery, payload.ce_source, home_of(payload.value))
            if self.only is None and parts.hold(payload, source, self._grouping(payload, source)):
                continue
            for ending in self._endings(payload, source):
                yield source, ending

    def _grouping(self, payload: Payload, source: Source) -> SourceMapping | None:
        return grouping_of(payload, source.name, self.mappings, self._context_of(source))

    def _context_of(self, source: Source) -> Callable[[], Context]:
        return lambda: Context(source, self.places, Doubts())

    def _endings(self, payload: Payload, source: Source) -> Sequence[Examined]:
        new_context = self._context_of(source)
        if self.only is not None:
            return map_payload(payload, new_context, self.only)
        endings = endings_of(payload, source.name, self.mappings, new_context, self.trace)
        return (endings_within(payload, new_context) if is_unrecognised(endings) else ()) or endings

    def _source(self, delivery: Delivery, ce_source: str | None, home: str | None = None) -> Source:
        """By what the way of coming says, then the envelope, then the record; a topic of its own comes last."""
        return (
            self.sources.named(self.assumed or delivery.source)
            or self.sources.of_ce_source(ce_source)
            or self.sources.of_address(home)
            or self.sources.named(delivery.fallback)
            or unconfigured(ce_source)
        )


@dataclass(slots=True)
class _Parts:
    """Payloads of a body that wait for its end, since those behind them may tell the same records."""

    found: dict[tuple[str, str, str], tuple[Source, SourceMapping, list[Payload]]] = field(default_factory=dict)

    def hold(self, payload: Payload, source: Source, mapping: SourceMapping | None) -> bool:
        if mapping is not None:
            held = self.found.setdefault((source.name, source.scope, mapping.name), (source, mapping, []))
            held[2].append(payload)
        return mapping is not None


def _header(headers: Mapping[str, str], wanted: str) -> str | None:
    return next((value for name, value in headers.items() if name.lower() == wanted), None)
