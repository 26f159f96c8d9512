"""One row of the table of formats."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.outcome import Examined

NewContext = Callable[[], Context]


@dataclass(frozen=True, slots=True)
class Format:
    """`maps` gets a fresh context per record, so that what one record leaves in doubt doesn't touch the next."""

    name: str
    recognises: Callable[[Payload], bool]
    maps: Callable[[Payload, NewContext], Sequence[Examined]]
