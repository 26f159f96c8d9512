"""People: search, add, merge, part, erase. For coordinators; erasure for those who may write the roster."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel, ConfigDict, Field

from aftercare.directory.entrypoints.routes_callers import Coordinator, PersonPath, RosterWriter, Wired, actor_of
from aftercare.directory.entrypoints.routes_new_person import NewPerson
from aftercare.directory.service_layer import people, search
from aftercare.directory.service_layer.search import Exact, Match

router = APIRouter()
PersonToken = Annotated[str, Path(pattern=PersonPath)]


class Search(BaseModel):
    """One of the four. The first three are compared as a whole; `name_part` reads the names of `site`."""

    model_config = ConfigDict(extra="forbid")
    employee_number: str | None = None
    email: str | None = None
    family_name: str | None = None
    name_part: str | None = Field(None, min_length=2)
    site: str | None = None
    after: str | None = None

    def exact(self, sites: Collection[str] | None) -> Exact | None:
        """The look-up by keyed hash that was asked for, at `sites`."""
        named = {"employee-number": self.employee_number, "email": self.email, "family-name": self.family_name}
        return next((Exact(field, value, sites) for field, value in named.items() if value), None)


class Merge(BaseModel):
    model_config = ConfigDict(extra="forbid")
    survivor: str = Field(pattern=PersonPath)
    loser: str = Field(pattern=PersonPath)


@router.post("/people/search")
async def find_people(wanted: Search, caller: Coordinator, directory: Wired) -> dict[str, object]:
    """Find somebody of the caller's sites, at most 25 at once: go on with `next` as `after`.

    A POST, since what is looked for is a name and addresses are written down everywhere.
    """
    actor, exact = actor_of(caller, directory), wanted.exact(caller.sites_in_sight)
    if exact:
        async with directory.unit_of_work() as tx:
            found = await search.exactly(tx, directory.keys, directory.tokens, exact, wanted.after, actor=actor)
        return {"matches": [_match(each) for each in found.rows], "next": found.next}
    if not wanted.name_part or not wanted.site:
        raise HTTPException(422, "give employee_number, email, family_name, or name_part with a site")
    caller.require_site(wanted.site)
    async with directory.unit_of_work() as tx:
        page = await search.scan_site(tx, directory.keys, (wanted.site, wanted.name_part), wanted.after, actor=actor)
    return {
        "matches": [_match(each) for each in page.matches],
        "scanned": page.scanned,
        "of": page.of,
        "next": page.next,
    }


@router.post("/people", status_code=201)
async def add_person(new: NewPerson, caller: Coordinator, directory: Wired) -> dict[str, str]:
    """Add a contractor, a student, agency staff: somebody who is not on HR's roster."""
    line = new.line(directory.rules)
    caller.require_site(line.site)
    async with directory.unit_of_work() as tx:
        person = await people.add(tx, directory.keys, directory.tokens, line, actor=actor_of(caller, directory))
    return {"person": person}


@router.post("/people/merge")
async def merge_people(merge: Merge, caller: Coordinator, directory: Wired) -> dict[str, str]:
    """Two tokens are one person. Whatever named the loser names the survivor from now on."""
    async with directory.unit_of_work() as tx:
        await people.require_in_sight(tx, [merge.survivor, merge.loser], caller.sees)
        reference = await people.merge(tx, merge.survivor, merge.loser, actor=actor_of(caller, directory))
    return {"merge": reference}


@router.delete("/people/merge/{reference}", status_code=204)
async def part_people(reference: str, caller: Coordinator, directory: Wired) -> None:
    """Undo a merge."""
    async with directory.unit_of_work() as tx:
        two = await people.undo_merge(tx, reference, actor=actor_of(caller, directory))
        await people.require_in_sight(tx, two, caller.sees)


@router.delete("/people/{person}", status_code=204)
async def erase_person(person: PersonToken, caller: RosterWriter, directory: Wired) -> None:
    """Erase somebody for good. The same answer whether they were there or not; asking again changes nothing."""
    async with directory.unit_of_work() as tx:
        await people.erase(tx, directory.keys, [person], actor=actor_of(caller, directory))


def _match(match: Match) -> dict[str, str | None]:
    return {
        "person": match.person,
        "name": match.name,
        "role_group": match.role_group,
        "site": match.site,
        "unit": match.unit,
    }
