"""Why something can't be done, and what to do instead. Never says whether somebody else's thing exists."""

from aftercare.kit.auth.problems import Refusal


class NotHere(Refusal):
    """Not there, or not the caller's: one answer for both."""

    status = 404
    title = "There is nothing of yours here"

    def __init__(self, what_to_do: str = "Look at your list again: it may have been dealt with meanwhile.") -> None:
        super().__init__(what_to_do)


class NotKnown(Refusal):
    """A sign-in behind which `directory` has named nobody yet."""

    status = 409
    title = "We don't know yet who you are"
