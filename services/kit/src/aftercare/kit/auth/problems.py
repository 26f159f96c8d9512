"""Refusals as problem documents (RFC 9457), whose detail says what to do and nothing about whether anything exists."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aftercare.kit.auth.principal import Forbidden, Unauthenticated
from aftercare.kit.outcome import Retryable

if TYPE_CHECKING:
    from starlette.applications import Starlette


class Refusal(Exception):  # noqa: N818 - what happened, in the words of the field
    """A request that can't be carried out. `title` is the kind, `what_to_do` for the person who asked."""

    status = 409
    title = "This can't be done as things stand"

    def __init__(self, what_to_do: str) -> None:
        super().__init__(what_to_do)
        self.what_to_do = what_to_do


def problem(status: int, what_to_do: str, headers: dict[str, str] | None = None, title: str | None = None) -> Any:
    """The answer itself."""
    from starlette.responses import JSONResponse  # noqa: PLC0415 - `stream` knows refusals without a web framework

    body = {"type": "about:blank", "title": title or HTTPStatus(status).phrase, "status": status, "detail": what_to_do}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def sign_in_first() -> Any:
    """The answer to who can't be trusted."""
    return problem(401, "Sign in first.", {"WWW-Authenticate": "Bearer"})


def install_problems(app: "Starlette", unreadable: type[Exception], forbidden: str) -> None:
    """Make `app` answer for refusals, callers and requests that can't be read.

    `unreadable` is the framework's error for those, with pydantic's `errors()`; `forbidden` tells whose role is too
    little what to do.
    """

    async def refused(_request: Any, error: Any) -> Any:
        return problem(error.status, error.what_to_do, title=error.title)

    async def not_read(_request: Any, error: Any) -> Any:
        """Which field, and what is wrong with it; what was sent is not repeated."""
        fields = [f"{'.'.join(str(step) for step in one['loc'])}: {one['type']}" for one in error.errors()]
        return problem(422, f"Correct these and send it again: {'; '.join(fields[:5])}")

    async def not_trusted(_request: Any, _error: Any) -> Any:
        return sign_in_first()

    async def not_allowed(_request: Any, _error: Any) -> Any:
        return problem(403, forbidden)

    async def unavailable(_request: Any, _error: Any) -> Any:
        return problem(503, "Try again in a moment.", {"Retry-After": "2"})

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(unreadable, not_read)
    app.add_exception_handler(Unauthenticated, not_trusted)
    app.add_exception_handler(Forbidden, not_allowed)
    app.add_exception_handler(Retryable, unavailable)
