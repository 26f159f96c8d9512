"""What waits for a coordinator, and who of the on-call ladder is told next. A ladder never ends in nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aftercare.programme.model import CoordinationPolicy, Coordinator
from aftercare.support.domain.vocabulary import TaskKind, TaskOutcome, TaskState


@dataclass(frozen=True, slots=True)
class Task:
    """`rung` counts how often somebody was told; the ladder wraps round."""

    task: str
    kind: TaskKind
    opened_at: datetime
    due_at: datetime
    case: str | None = None
    site: str | None = None
    urgent: bool = False
    state: TaskState = TaskState.OPEN
    rung: int = 0
    attempts: int = 0
    claimed_by: str | None = None
    outcome: TaskOutcome | None = None

    @property
    def is_open(self) -> bool:
        return self.state is not TaskState.DONE

    def claimed(self, actor: str) -> "Task":
        return replace(self, state=TaskState.CLAIMED, claimed_by=actor)

    def told_next(self, due_at: datetime) -> "Task":
        """Whoever claimed it has been silent too long, or nobody did: the next coordinator is told."""
        return replace(self, state=TaskState.OPEN, claimed_by=None, rung=self.rung + 1, due_at=due_at)

    def to_be_rung_again(self, due_at: datetime) -> "Task":
        """Nobody answered: somebody of the ladder tries again at `due_at`."""
        return replace(self, state=TaskState.OPEN, claimed_by=None, attempts=self.attempts + 1, due_at=due_at)

    def done(self, outcome: TaskOutcome) -> "Task":
        return replace(self, state=TaskState.DONE, outcome=outcome)


def on_duty(ladder: Sequence[Coordinator], rung: int) -> Coordinator:
    """Who is told as number `rung`: in order, and round again for ever."""
    return ladder[rung % len(ladder)]


def patience(policy: CoordinationPolicy, *, urgent: bool) -> timedelta:
    """How long one coordinator may be silent."""
    return policy.next_coordinator_after_urgent if urgent else policy.next_coordinator_after


def attempts_left(policy: CoordinationPolicy, attempts: int) -> bool:
    """Whether a person who did not answer the telephone is rung again."""
    return attempts < policy.call_attempts
