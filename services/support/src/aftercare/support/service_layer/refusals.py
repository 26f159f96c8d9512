"""Why something can't be done, and what to do instead. Never says whether somebody else's thing exists."""


class Refusal(Exception):  # noqa: N818 - what happened, in the words of the field
    """A request that can't be carried out. `title` is the kind, `what_to_do` for the person who asked."""

    status = 409
    title = "This can't be done as things stand"

    def __init__(self, what_to_do: str) -> None:
        super().__init__(what_to_do)
        self.what_to_do = what_to_do


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
