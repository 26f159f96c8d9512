"""Many options of a command as one object: its fields are the options, in typer's own way of writing them."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

O = TypeVar("O")  # noqa: E741 - the options


def with_options(options: type[O]) -> Callable[[Callable[[O], None]], Callable[..., None]]:
    """A command that takes the fields of a dataclass as options, and hands its work one object."""

    def around(work: Callable[[O], None]) -> Callable[..., None]:
        def command(**given: Any) -> None:
            work(options(**given))

        command.__name__ = work.__name__
        command.__doc__ = work.__doc__
        command.__signature__ = inspect.signature(options)  # type: ignore[attr-defined] # typer reads it
        return command

    return around
