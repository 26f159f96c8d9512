"""Somebody whom HR does not know, as a coordinator types them."""

from dataclasses import replace

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field

from aftercare.directory.domain.columns import read_header
from aftercare.directory.domain.line import RosterLine, RosterRules, read_line

_STAND_IN = "-"
"""A roster line needs an employee number; who is added by hand has none."""


class NewPerson(BaseModel):
    """Somebody whom HR does not know: a contractor, a student, agency staff. Values as in the roster."""

    model_config = ConfigDict(extra="forbid")
    family_name: str = Field(min_length=1, max_length=200)
    given_name: str = ""
    email: str = ""
    mobile: str = ""
    language: str = ""
    role: str = ""
    site: str = ""
    unit: str = ""
    valid_until: str = ""

    def line(self, rules: RosterRules) -> RosterLine:
        """Read as a roster line, by the same rules. Raises 422 with what is wrong, without the values."""
        stated = {name: value for name, value in self.model_dump().items() if value} | {"employee_number": _STAND_IN}
        read = read_line(1, list(stated.values()), read_header(list(stated)), rules)
        wrong = [issue for issue in read.issues if issue.is_error or issue.code in _MUST_BE_RIGHT]
        if read.person is None or wrong:
            raise HTTPException(422, [{"column": each.column, "what": each.what, "do": each.do} for each in wrong])
        keep = tuple(each for each in read.person.identifiers if each.value != _STAND_IN)
        return replace(read.person, employee_number="", identifiers=keep)


_MUST_BE_RIGHT = {"not-an-address", "not-a-number", "site-unknown", "unit-unknown", "no-contact"}
"""A file may be imported in spite of these; a person at a form can correct them at once."""
