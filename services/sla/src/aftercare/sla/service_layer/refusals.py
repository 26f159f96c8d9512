"""Why something can't be done, and what to do instead. Never says whether somebody else's thing exists."""

from aftercare.kit.auth.problems import Refusal


class NotHere(Refusal):
    """Not there, or not of the caller's sites: one answer for both."""

    status = 404
    title = "There is no such clock in your sight"

    def __init__(self) -> None:
        super().__init__("Look at the list of clocks again.")
