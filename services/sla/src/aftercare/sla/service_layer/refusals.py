"""Why something can't be done, and what to do instead. Never says whether somebody else's thing exists."""


class Refusal(Exception):  # noqa: N818 - what happened, in the words of the field
    """A request that can't be carried out. `title` is the kind, `what_to_do` for the person who asked."""

    status = 409
    title = "This can't be done as things stand"

    def __init__(self, what_to_do: str) -> None:
        super().__init__(what_to_do)
        self.what_to_do = what_to_do


class NotHere(Refusal):
    """Not there, or not of the caller's sites: one answer for both."""

    status = 404
    title = "There is no such clock in your sight"

    def __init__(self) -> None:
        super().__init__("Look at the list of clocks again.")


class NotReadable(Refusal):
    """A place in the list that nobody was given."""

    status = 422
    title = "This cursor is none of ours"

    def __init__(self) -> None:
        super().__init__("Leave it out, and begin at the first page.")
